"""`make audit`: known flaws, licences and a bill of materials of what the image installs, into `build/audit`.

It runs in an environment of its own. Its exit status is 1 if a package has a known flaw, or if a list cannot be made.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path("build/audit")
BIN = Path(sys.prefix) / "bin"
LOCK = Path("requirements/app.lock")
_PINNED = re.compile(r"^([a-zA-Z0-9._-]+)==(\S+)(?: ; (.*?))? \\$", re.MULTILINE)


def locked(text: str) -> dict[str, str]:
    """The version of each package a lock installs anywhere, by name."""
    return {name: version for name, version, where in _PINNED.findall(text) if "'never'" not in where}


def tool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A tool's end, whatever it was."""
    command = [BIN / arguments[0], *arguments[1:]]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - what we write here


def flaws(packages: dict[str, str], wanted: Path) -> tuple[list[str], int]:
    """What advisories say about these packages, a line each, and how many could not be asked about."""
    file = FOLDER / "advisories.json"
    file.unlink(missing_ok=True)
    tool("pip-audit", "--disable-pip", "--require-hashes", "-r", wanted, "-f", "json", "-o", file)
    if not file.exists():
        return [], len(packages)
    asked = [one for one in json.loads(file.read_text())["dependencies"] if "skip_reason" not in one]
    found = [f"{one['name']} {one['version']}: {flaw['id']}" for one in asked for flaw in one["vulns"]]
    return found, len(packages) - len(asked)


def licences(packages: dict[str, str], python: str) -> dict[str, str]:
    """What each package says its licence is. Those a platform does not install are left out."""
    done = tool("pip-licenses", "--python", python, "--format", "json", "--from", "mixed", "--packages", *packages)
    return {re.sub(r"[-_.]+", "-", one["Name"]).lower(): one["License"] for one in json.loads(done.stdout)}


def _say_which_release(bill: Path) -> None:
    """pyproject.toml leaves the release to CHANGELOG.md, which the tool does not read."""
    release = re.search(r"^## ([0-9.]+)$", Path("CHANGELOG.md").read_text(), re.MULTILINE)
    said = json.loads(bill.read_text())
    said["metadata"]["component"]["version"] = release[1] if release else "unreleased"
    bill.write_text(json.dumps(said, indent=2) + "\n")


def main(python: str) -> int:
    """Writes the three lists and says what is in them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = LOCK.read_text()
    packages = locked(text)
    wanted = FOLDER / "packages.txt"
    wanted.write_text("".join(part for part in re.split(r"(?m)^(?=\S)", text) if "'never'" not in part))
    bill = FOLDER / "citable.cdx.json"
    made = tool("cyclonedx-py", "requirements", wanted, "--pyproject", "pyproject.toml", "--output-reproducible",
                "--of", "JSON", "--sv", "1.6", "--validate", "-o", bill)  # fmt: skip
    if made.returncode:
        sys.stderr.write(f"✗ the bill of materials is not made: {made.stderr.strip()}\n")
        return 1
    _say_which_release(bill)
    terms = licences(packages, python)
    (FOLDER / "licences.json").write_text(json.dumps(terms, indent=2, sort_keys=True) + "\n")
    found, unasked = flaws(packages, wanted)
    sys.stdout.write(f"· {bill}: {len(packages)} packages\n· {FOLDER}/licences.json: {len(terms)} packages\n")
    if unasked:
        sys.stdout.write(
            f"! {unasked} of {len(packages)} packages are not audited: no index tells of their flaws here\n"
        )
    for line in found:
        sys.stdout.write(f"✗ {line}\n")
    if not found and unasked < len(packages):
        sys.stdout.write(f"· {len(packages) - unasked} packages have no known flaw\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
