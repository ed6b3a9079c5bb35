"""`make audit`: the bill of materials is whole and valid, and what could not be asked is said."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from service.release import VERSION

ROOT = Path(__file__).parents[2]
AUDIT = ROOT / "build" / "audit"
PYTHON = AUDIT / "venv" / "bin" / "python"
LOCK = (ROOT / "requirements" / "app.lock").read_text()
pytestmark = pytest.mark.skipif(
    not (AUDIT / "venv" / "ready").exists() and os.environ.get("CI") != "true",
    reason="what audits is not installed here; CI has it: make audit",
)


def packages() -> dict[str, str]:
    """Each package the lock installs anywhere, with its version."""
    lines = [line for line in LOCK.splitlines() if "==" in line and line[0].isalnum() and "'never'" not in line]
    return dict(line.split()[0].split("==") for line in lines)


@pytest.fixture(scope="module")
def said() -> str:
    """What the command says; it may find flaws, and that is no flaw of the command's."""
    done = subprocess.run(
        [PYTHON, "requirements/audit.py", sys.executable], cwd=ROOT, capture_output=True, text=True, timeout=200
    )
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_bill_lists_every_locked_package_with_its_version_and_hashes(said):
    bill = json.loads((AUDIT / "citable.cdx.json").read_text())
    assert len(packages()) > 30
    assert {one["name"]: one["version"] for one in bill["components"]} == packages()
    assert all(reference["hashes"] for one in bill["components"] for reference in one["externalReferences"])
    assert (bill["metadata"]["component"]["name"], bill["metadata"]["component"]["version"]) == ("citable", VERSION)


@pytest.mark.parametrize(("changed", "answer"), [({}, "None"), ({"components": [{"type": "library"}]}, "it is not")])
def test_the_bill_is_what_cyclonedx_says_one_is(said, changed, answer, tmp_path):
    bill = json.loads((AUDIT / "citable.cdx.json").read_text()) | changed
    (tmp_path / "bill.json").write_text(json.dumps(bill))
    script = (
        "import sys, pathlib; from cyclonedx.validation.json import JsonStrictValidator; "
        "from cyclonedx.schema import SchemaVersion; "
        "found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(pathlib.Path(sys.argv[1]).read_text()); "
        "print('it is not' if found else None)"
    )
    done = subprocess.run([PYTHON, "-c", script, tmp_path / "bill.json"], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == answer, done.stderr


def test_every_package_that_is_installed_says_its_licence(said):
    terms = json.loads((AUDIT / "licences.json").read_text())
    elsewhere = {"async-timeout", "colorama", "tzdata"}  # only for other systems and older Pythons
    assert set(packages()) - set(terms) <= elsewhere
    assert not [name for name, licence in terms.items() if licence in ("", "UNKNOWN")]


def test_it_says_plainly_what_was_not_audited(said):
    unasked = re.search(r"^! (\d+) of (\d+) packages are not audited", said, re.MULTILINE)
    known = re.search(r"^· (\d+) packages have no known flaw", said, re.MULTILINE)
    flawed = re.findall(r"^✗ ", said, re.MULTILINE)
    assert unasked or known or flawed
    if unasked:
        assert int(unasked[2]) == len(packages())
        assert int(unasked[1]) + (int(known[1]) if known else 0) + len(flawed) >= len(packages())
