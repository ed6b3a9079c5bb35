"""Who says what they can decode is sent the smallest of it, under a tag and a digest of its own."""

import base64
import gzip
import hashlib

import brotli
import pytest
import zstandard

from service.cache.encodings import CODINGS, coding_for, encoded, uncoded
from service.cache.representation import represented

LARGE = 5000


@pytest.mark.parametrize(
    ("field", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("identity", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip, zstd", "zstd"),
        ("GZIP", "gzip"),
        ("*", "br"),
        ("br;q=0, *", "zstd"),
        ("br;q=0, zstd;q=0.0, gzip;q=0.001", "gzip"),
        ("br;q=0", "identity"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip;q=0.5, identity", "identity"),
        ("gzip;q=0.5, identity;q=0.5", "gzip"),
        ("identity;q=0.1, gzip;q=0.2", "gzip"),
        ("zebra", "identity"),
        ("compress, x-gzip", "identity"),
        ("*;q=0", "identity"),
        ("identity;q=0", "identity"),
        (";;;,,,q=", "identity"),
        ("gzip;q=nonsense", "identity"),
        ("br" + ", x" * 200, "identity"),
    ],
)
def test_the_callers_wish_decides(field, coding):
    assert coding_for(field, LARGE) == coding


def test_what_is_small_is_sent_as_it_is_unless_that_is_refused():
    assert coding_for("gzip, br", 100) == "identity"
    assert coding_for("gzip, identity;q=0", 100) == "gzip"
    assert coding_for("gzip, *;q=0", 100) == "gzip"


@pytest.mark.parametrize("coding", CODINGS)
def test_a_coding_can_be_undone_and_is_described_as_what_it_is(coding):
    plain = represented(b'{"value": "6200"}' * 100, "application/json", 7, [("link", "<a>")])
    coded = encoded(plain, coding)
    undo = {"br": brotli.decompress, "gzip": gzip.decompress, "zstd": zstandard.ZstdDecompressor().decompress}
    assert undo[coding](coded.body) == plain.body
    assert len(coded.body) < len(plain.body) / 5
    headers = dict(coded.headers)
    assert headers["content-encoding"] == coding
    assert headers["link"] == "<a>"
    digest = base64.b64encode(hashlib.sha256(coded.body).digest()).decode()
    assert headers["repr-digest"] == f"sha-256=:{digest}:"
    assert len(coded.headers) == len(plain.headers) + 1
    assert coded.etag == f'{plain.etag[:-1]}-{coding}"'
    assert uncoded(coded.etag.strip('"')) == plain.etag.strip('"')
    assert encoded(plain, coding) == coded  # the same bytes every time, or the tag would not be strong


def test_a_tag_without_a_coding_names_itself():
    for tag in ("p175-5f2b8c3d9e017a46", "", "brr", "p1-gz"):
        assert uncoded(tag) == tag
