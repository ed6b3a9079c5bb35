"""Which release this is: the first heading of CHANGELOG.md, the one place it is written."""

import re
from importlib import metadata
from pathlib import Path

_CHANGELOG = Path(__file__).parent.parent / "CHANGELOG.md"


def _version() -> str:
    if _CHANGELOG.exists():
        found = re.search(r"^## ([0-9]+\.[0-9]+\.[0-9]+)", _CHANGELOG.read_text(), re.MULTILINE)
        if found:
            return found[1]
    return metadata.version("citable")


VERSION = _version()
