"""What outages came to, in figures: told, and written to `build/outages`, so that they can be quoted."""

from typing import Any

import msgspec

from tests.cli.programs import ROOT
from tests.telling import tell

FOLDER = ROOT / "build" / "outages"


def write_down(fault: str, **figures: Any) -> None:
    """Tells the figures of a fault, and keeps them in a file of its own."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{fault}.json").write_bytes(msgspec.json.format(msgspec.json.encode(figures)) + b"\n")
    for name, value in figures.items():
        tell(f"{fault}: {name}: {msgspec.json.encode(value).decode()}")
