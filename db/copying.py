"""Versions as PostgreSQL's COPY takes them: each value is cut out of the line it stands in, for PostgreSQL to read."""

import msgspec
from msgspec import Raw

_TEXTS = (
    *("id", "recorded_at", "statement", "scope", "measure", "stated_on", "attributed_to", "geography"),
    *("lifecycle", "currency", "digest"),
)
"""Those that may be null have others on both sides: `_unquoted` counts on it."""
_JSON = ("position", "version", "quantity", "period", "verification", "sources", "relations", "change")
COLUMNS = (*_TEXTS, *_JSON, "topics")
"""Of `claim_version`, in the order in which a row has their values."""

_cut = msgspec.json.Decoder(msgspec.defstruct("_Cut", [(name, Raw) for name in COLUMNS], gc=False)).decode
_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copied(body: bytes) -> bytes:
    """A version, as it is served, as a row of COPY's text format with the values of `COLUMNS`."""
    values: list[bytes | Raw] = list(msgspec.structs.astuple(_cut(body)))
    texts, others = values[: len(_TEXTS)], values[len(_TEXTS) : -1]
    if b"\\" in body:  # else nothing in it is written otherwise in JSON, or in a row, than it is
        texts = [_escaped(bytes(text)) for text in texts]
        others = [bytes(value).replace(b"\\", b"\\\\") for value in others]
    row = (_unquoted(b"\t".join(texts)), *others, b"{" + bytes(values[-1])[1:-1] + b"}\n")
    return b"\t".join(row)


def _unquoted(texts: bytes) -> bytes:
    r"""Texts of JSON with tabs between them without their quotation marks, and `\N` for null. No text holds a tab."""
    return texts.replace(b"\tnull\t", b'\t"\\N"\t')[1:-1].replace(b'"\t"', b"\t")


def _escaped(text: bytes) -> bytes:
    """A text of JSON, in its quotation marks, as it stands in a row, in the same marks; null stays null."""
    if b"\\" not in text:
        return text
    decoded: str = msgspec.json.decode(text)
    return f'"{decoded.translate(_SPECIAL)}"'.encode()
