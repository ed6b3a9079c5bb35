"""Signatures, verified by the receivers' own library."""

import secrets
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from service.work.signing import headers_of, signature


def now() -> int:
    """Unix seconds: the library takes what is at most five minutes old, and a run of all tests is longer."""
    return int(datetime.now(UTC).timestamp())


def new_secret() -> str:
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def test_a_message_is_verified():
    secret = new_secret()
    headers = headers_of("0123456789ab-7", now(), b'{"type": "claim.created"}', [secret])
    assert Webhook(secret).verify(b'{"type": "claim.created"}', headers) == {"type": "claim.created"}


def test_while_one_secret_replaces_another_a_message_is_verified_with_either():
    old, new = new_secret(), new_secret()
    headers = headers_of("0123456789ab-7", now(), b"{}", [new, old])
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        Webhook(secret).verify(b"{}", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(b"{}", headers)


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body"])
def test_a_message_that_was_changed_on_its_way_is_not(changed):
    secret, at, body = new_secret(), now(), b'{"type": 1}'
    headers = headers_of("0123456789ab-7", at, body, [secret])
    others = {"webhook-id": "0123456789ab-8", "webhook-timestamp": str(at - 1), "body": b'{ "type": 1}'}
    sent = {**headers, "body": body, changed: others[changed]}
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(secret).verify(sent.pop("body"), sent)


@given(
    id=st.from_regex(r"[0-9a-f]{12}-[0-9]{1,15}", fullmatch=True),
    text=st.text(),
    key=st.binary(min_size=24, max_size=64),
)
def test_the_library_signs_as_we_do(id, text, key):
    secret = f"whsec_{b64encode(key).decode()}"
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=len(text))
    ours = signature(id, int(moment.timestamp()), text.encode(), secret)
    assert ours == Webhook(secret).sign(id, moment, text)
