"""Container tools, where there are any: what builds our image here and what runs it.

`python -m tests.container.engine` tells whether this machine can.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASE = os.environ.get("BASE", "localhost/citable-base")
IMAGE = "localhost/citable-tested"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_RUN = ("podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs", "run", "--network", "host", "--no-healthcheck")
_CONFINED = ("--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
             "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--memory", "512m")  # fmt: skip


def can_build() -> bool:
    """Whether the tools and a base image are there. Containers within containers need root."""
    if os.geteuid() != 0 or not all(shutil.which(tool) for tool in ("buildah", "podman", "runc")):
        return False
    return bool(_output("buildah", "images", "--quiet", "--filter", f"reference={BASE}"))


def build() -> None:
    """Builds the image as `make image` does, in the network of this machine and trusting whom it trusts."""
    trusted = f"--volume {CERTIFICATES}:{CERTIFICATES}:ro" if CERTIFICATES.exists() else ""
    arguments = f"--isolation chroot --network host --format docker --layers {trusted}"
    subprocess.run(
        ["make", "image", "ENGINE=buildah", f"BASE={BASE}", f"IMAGE={IMAGE}", f"IMAGE_ARGS={arguments}"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=600,
    )


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
    sys.exit(0 if can_build() else 1)
