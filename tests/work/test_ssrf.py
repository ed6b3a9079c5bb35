"""No connection is made to where nothing may be sent: whatever is written, resolved, answered or set."""

import re

import httpcore
import pytest

from tests.work.conftest import own_addresses
from tests.work.receivers import answering, connects, receiving
from tests.work.sending import HEADERS, Naming, send, sender
from tests.work.spellings import LOOPBACK, SPELLINGS, spelled

OPENED = [
    "itself", "decimal", "octal", "octal, one number", "hexadecimal", "hexadecimal, one number", "mixed bases", "short",
    "three parts", "full-width digits", "ideographic full stops", "circled letters", "trailing dot", "localhost",
    "localhost with a dot", "query without a path", "http",
]  # fmt: skip
"""What comes out at 127.0.0.1 once loopback is open: so the canary hears what the guard does not stop."""


@pytest.mark.parametrize("name", SPELLINGS)
async def test_no_connection_is_made_for_a_spelling(name, canary):
    with connects() as tried:
        attempt = await send(spelled(name, canary.port), loopback=False)
    assert attempt.error is not None
    assert attempt.status is None
    assert tried == []
    assert canary.connections == 0


@pytest.mark.parametrize("name", OPENED)
async def test_the_canary_hears_what_is_let_through(name, canary):
    url = spelled(name, canary.port).replace("https:", "http:")
    assert (await send(url)).is_delivered
    assert canary.connections == 1
    assert name in LOOPBACK


async def test_no_connection_is_made_to_any_other_address_of_this_machine(canary):
    addresses = [address for address in own_addresses() if not address.startswith("127.") and address != "::1"]
    with connects() as tried:
        for loopback in (False, True):
            for address in addresses:
                host = f"[{address}]" if ":" in address else address
                assert (await send(f"https://{host}:{canary.port}/", loopback)).is_refused, address
    assert tried == []


@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["127.0.0.1", "1.1.1.1"], ["1.1.1.1", "::1"], ["::ffff:127.0.0.1"], []],
)
async def test_no_connection_is_made_where_a_name_is_at_a_closed_address_and_maybe_open_ones(answer, canary):
    with connects() as tried:
        attempt = await send(f"https://partner.example:{canary.port}/", False, resolve=Naming(answer))
    assert attempt.status is None
    assert attempt.is_refused == bool(answer)
    assert tried == []


async def test_a_name_that_answers_differently_the_next_time_is_connected_to_at_its_first_answer(canary):
    naming = Naming(["127.0.0.3"], ["127.0.0.2"])
    async with receiving("127.0.0.3") as receiver:
        with connects() as tried:
            attempt = await send(f"http://partner.example:{receiver.port}/", resolve=naming)
    assert attempt.is_delivered
    assert naming.asked == ["partner.example"]
    assert tried == [("127.0.0.3", receiver.port)]
    assert receiver.received[0].headers["host"] == f"partner.example:{receiver.port}"


async def test_a_name_that_was_public_when_it_was_looked_at_is_never_looked_up_again(canary, monkeypatch):
    """The connection is the network's to make, and it is asked for the address, not for the name."""
    asked = []

    async def connect_tcp(self, host, port, *rest, **named):
        asked.append((host, port))
        raise httpcore.ConnectError("no network in tests")

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect_tcp)
    naming = Naming(["1.1.1.1"], ["127.0.0.1"])
    attempt = await send(f"https://partner.example:{canary.port}/", False, resolve=naming)
    assert asked == [("1.1.1.1", canary.port)]
    assert naming.asked == ["partner.example"]
    assert "cannot be reached" in attempt.error
    assert canary.connections == 0


async def test_each_delivery_looks_again_and_refuses_a_name_that_has_turned_to_us(canary, monkeypatch):
    async def connect_tcp(self, host, port, *rest, **named):
        raise httpcore.ConnectError("no network in tests")

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect_tcp)
    sends = sender(False, resolve=Naming(["1.1.1.1"], ["127.0.0.1"]))
    url = f"https://partner.example:{canary.port}/"
    assert not (await sends.send(url, HEADERS, b"{}")).is_refused
    assert (await sends.send(url, HEADERS, b"{}")).is_refused
    assert canary.connections == 0


async def test_a_connection_that_ends_up_elsewhere_is_closed_before_anything_is_sent(canary, monkeypatch):
    real = httpcore.AnyIOBackend.connect_tcp

    async def connect_tcp(self, host, port, *rest, **named):
        return await real(self, "127.0.0.2", port, *rest, **named)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect_tcp)
    attempt = await send(f"http://127.0.0.1:{canary.port}/")
    assert attempt.is_refused
    assert canary.received == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["canary", "http://169.254.169.254/latest/meta-data/"])
async def test_a_redirection_is_not_followed(status, to, canary):
    location = f"http://127.0.0.1:{canary.port}/" if to == "canary" else to
    async with receiving(answer=answering(status, f"Location: {location}")) as receiver:
        with connects() as tried:
            attempt = await send(receiver.url)
    assert tried == [("127.0.0.1", receiver.port)]
    assert attempt.status == status
    assert "not followed" in attempt.error
    assert canary.connections == 0


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
async def test_a_proxy_of_the_environment_is_not_asked(name, canary, monkeypatch):
    monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    async with receiving() as receiver:
        assert (await send(receiver.url)).is_delivered
    assert len(receiver.received) == 1
    assert canary.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:PORT/\r\nX-Injected: 1",
        "http://127.0.0.1:PORT/ HTTP/1.1\r\nX-Injected: 1",
        "http://127.0.0.1:PORT/\x00",
        "http://127.0.0.1\r\nX-Injected: 1:PORT/",
        "http://127.0.0.1:PORT/é",
        "http://127.0.0.1:PORT/?a b",
    ],
)
async def test_no_field_can_be_written_into_a_request(url, canary):
    assert (await send(url.replace("PORT", str(canary.port)))).is_refused
    assert canary.connections == 0


async def test_a_header_value_with_a_new_line_is_never_sent(canary):
    attempt = await sender().send(f"http://127.0.0.1:{canary.port}/", {"webhook-id": "x\r\nX-Injected: 1"}, b"{}")
    assert attempt.error is not None
    assert canary.received == []


async def test_the_worker_connects_to_none_of_them_however_they_came_to_be_registered(shop, canary):
    shop.sender = sender(False)
    webhooks = []
    for name in SPELLINGS:
        url = spelled(name, canary.port)
        if re.fullmatch(r"https?://[^\s]+", url) and len(url) <= 2000:  # nothing else can be stored
            webhooks.append(await shop.webhook(url, f"Owner of {name}"))
    assert len(webhooks) >= 60
    await shop.write("cranes")
    with connects() as tried:
        await shop.steps()
    assert [at for at in tried if isinstance(at, tuple)] == []  # and not the path of a socket of Postgres
    for webhook in webhooks:
        (attempted,) = await shop.deliveries(webhook)
        assert attempted.outcome in ("refused", "failed")
        assert attempted.status is None
    assert canary.connections == 0
