"""How every curated number is said in every language, as it was reviewed: `python -m tests.service.displays` writes it.

Read the difference before it is committed: it is what readers will see.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from schemas.claims import Quantity
from schemas.languages import Language
from service.rendering.numbers import display

CURATED = Path("db/curated/claims.jsonl")
REVIEWED = Path(__file__).with_name("displays.jsonl")


def displayed() -> Iterator[dict[str, str]]:
    """Each curated claim's id, and its number in each language."""
    for line in CURATED.read_bytes().splitlines():
        claim = msgspec.json.decode(line)
        said = {"lower": None, "upper": None, **claim["quantity"]}
        quantity = msgspec.convert(said, Quantity)
        yield {"claim": claim["id"], **{language.value: display(quantity, language) for language in Language}}


if __name__ == "__main__":
    REVIEWED.write_bytes(b"".join(msgspec.json.encode(said) + b"\n" for said in displayed()))
