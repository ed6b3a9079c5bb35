"""The digest is that of RFC 8785, whatever a version says."""

import hashlib
from datetime import UTC, datetime

import msgspec
import pytest
import rfc8785

from db.digest import digest_of
from db.log import _placed
from tests.given import draft

TEXTS = [
    'A "digest":"x", and \\ / and a quote at the end"',
    ',"digest":"' + "0" * 64 + '",',
    "Tab\tand\nnew line",
    "\u00e9 e\u0301 \u20ac \u65e5\u672c \U0001f5fc \ud7ff \ufffd",
    "\x7f\x80 \u2028",
]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_a_digest_is_that_of_the_canonical_json(text):
    version = msgspec.structs.replace(
        _placed(draft(), 7, 2**53 - 1, datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)), scope=text, statement=text
    )
    fields = msgspec.to_builtins(version)
    del fields["digest"]
    assert digest_of(version) == hashlib.sha256(rfc8785.dumps(fields)).hexdigest()
