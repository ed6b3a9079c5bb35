"""Versions as PostgreSQL's COPY takes them: each value is cut out of the line it stands in, for PostgreSQL to read."""

import msgspec
from msgspec import Raw

COLUMNS = (
    *("position", "id", "version", "recorded_at", "statement", "quantity", "measure", "geography", "scope", "period"),
    *(
        "stated_on",
        "attributed_to",
        "topics",
        "lifecycle",
        "currency",
        "verification",
        "sources",
        "relations",
        "change",
    ),
    "digest",
)
"""Of `claim_version`, in the order in which a row has their values."""
_JSON = {"position", "version", "quantity", "period", "verification", "sources", "relations", "change"}
_TOPICS = COLUMNS.index("topics")
_TEXTS = [place for place, name in enumerate(COLUMNS) if name not in _JSON and place != _TOPICS]

_cut = msgspec.json.Decoder(msgspec.defstruct("_Cut", [(name, Raw) for name in COLUMNS], gc=False)).decode
_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copied(body: bytes) -> bytes:
    """A version, as it is served, as a row of COPY's text format with the values of `COLUMNS`."""
    values = list(map(bytes, msgspec.structs.astuple(_cut(body))))
    texts = [values[place] for place in _TEXTS]
    if b"\\" in body:  # else nothing in it is written otherwise in JSON, or in a row, than it is
        values = [value.replace(b"\\", b"\\\\") for value in values]
        texts = [_escaped(text) for text in texts]
    for place, text in zip(_TEXTS, texts, strict=True):
        values[place] = b"\\N" if text == b"null" else text[1:-1]
    values[_TOPICS] = b"{" + values[_TOPICS][1:-1] + b"}"
    return b"\t".join(values) + b"\n"


def _escaped(text: bytes) -> bytes:
    """A text of JSON, in its quotation marks, as it stands in a row, in the same marks; null stays null."""
    if b"\\" not in text:
        return text
    decoded: str = msgspec.json.decode(text)
    return f'"{decoded.translate(_SPECIAL)}"'.encode()
