"""Container tools, where there are any: what builds our image here and what runs it.

`python -m tests.container.engine` says whether this machine can, and why not.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASE = os.environ.get("BASE", "localhost/citable-base")
IMAGE = "localhost/citable-tested"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_RUN = ("podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs", "run", "--network", "host", "--no-healthcheck")
_CONFINED = ("--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
             "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--memory", "512m")  # fmt: skip


def lacking() -> str:
    """Why nothing can be built and run here, or an empty text: a trivial container is built and run to find out."""
    if os.geteuid() != 0:
        return "that takes root"
    missing = [tool for tool in ("buildah", "podman", "runc") if not shutil.which(tool)]
    if missing:
        return f"there is no {' and no '.join(missing)}"
    if not _output("buildah", "images", "--quiet", "--filter", f"reference={BASE}"):
        return f"there is no base image {BASE} (make base)"
    return _refused(*_RUN, *_CONFINED, "--rm", BASE, "true") or _refused_to_build()


def _refused_to_build() -> str:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Containerfile").write_text(f"FROM {BASE}\nRUN true\n")
        return _refused("buildah", "build", "--isolation", "chroot", "--network", "host", folder)


def _refused(*command: str) -> str:
    """What was said last by a command that failed, or took a minute; else nothing. A sandbox may forbid containers."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return f"{command[0]} does not answer within a minute"
    if done.returncode == 0:
        return ""
    return f"{command[0]} says: {(done.stderr.strip().splitlines() or ['nothing'])[-1]}"


UNREACHED = (
    "NewConnectionError",
    "Temporary failure",
    "Could not find a version",
    "CERTIFICATE_VERIFY_FAILED",
    "timed out",
)
"""What pip or apt say, of a container that reaches neither."""


def build() -> str:
    """Builds the image as `make image` does, in the network of this machine and trusting whom it trusts.

    What it could not reach, if that is why it was not built; CalledProcessError if anything else is.
    """
    trusted = f"--volume {CERTIFICATES}:{CERTIFICATES}:ro" if CERTIFICATES.exists() else ""
    arguments = f"--isolation chroot --network host --format docker --layers {trusted}"
    done = subprocess.run(
        ["make", "image", "ENGINE=buildah", f"BASE={BASE}", f"IMAGE={IMAGE}", f"IMAGE_ARGS={arguments}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode and any(words in done.stdout + done.stderr for words in UNREACHED):
        return (done.stderr.strip().splitlines() or ["nothing"])[-1]
    done.check_returncode()
    return ""


def running(*command: str, entrypoint: str = "", **variables: object) -> list[str]:
    """The command line that runs the image as Kubernetes will: nothing to write to, no capability, not root."""
    settings = [f"--env={name}={value}" for name, value in variables.items()]
    instead = ["--entrypoint", entrypoint] if entrypoint else []
    return [*_RUN, *_CONFINED, *settings, *instead, "--rm", IMAGE, *command]


def output_of(*command: str, entrypoint: str = "") -> str:
    """What a command writes to standard output in a container of its own."""
    return _output(*running(*command, entrypoint=entrypoint))


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=120).stdout.strip()


if __name__ == "__main__":
    sys.stdout.write(f"· the image is not built here, its file is linted: {why}\n" if (why := lacking()) else
                     "· the image is built and run by the tests\n")  # fmt: skip
