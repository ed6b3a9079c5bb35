"""A line that is screened is read as strictly as any other."""

import msgspec
import pytest

from schemas.claims import ClaimVersion
from schemas.failures import InvalidRequest
from service.screening import read_screened
from service.strict import read_json
from tests.bench.corpus import corpus_lines

DECODER = msgspec.json.Decoder(ClaimVersion)
PLACES = ("statement", "scope", "attributed_to", "quote", "unit", "note", "url", "published_on", "lifecycle", "id")
TEXTS = [
    "",
    "plain",
    "\u00e9 \u2013 \u201cx\u201d",
    "a\tb",
    "a\nb",
    "a\\b",
    'a"b',
    "\u202e",
    "\x7f",
    "\u0085",
    "\ufeff",
    "x" * 501,
    "x" * 4001,
]


def _with(place: str, text: str) -> bytes:
    version = msgspec.json.decode(next(corpus_lines(3)))
    for holder in (version, version["quantity"], version["change"], version["sources"][0]):
        if place in holder:
            holder[place] = text
            break
    return msgspec.json.encode(version) + b"\n"


def _read(read):
    try:
        return msgspec.json.encode(read())
    except InvalidRequest as refused:
        return [(fault.pointer, fault.detail) for fault in refused.faults]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
@pytest.mark.parametrize("place", PLACES)
def test_a_line_is_read_or_refused_as_it_is_strictly(place, text):
    line = _with(place, text)
    assert _read(lambda: read_screened(line, ClaimVersion)) == _read(lambda: read_json(line, DECODER))
