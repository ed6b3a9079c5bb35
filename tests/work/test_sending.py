"""Sending one message over real sockets: what goes over the wire, and every way in which it can go wrong."""

import asyncio
import ssl
import time

import httpcore
import psutil
import pytest
import trustme

from service.release import VERSION
from service.work.sending import MOST_READ, Sender
from tests.work.receivers import OK, answering, connects, hang, receiving
from tests.work.spellings import LOOPBACK, SPELLINGS, spelled

HEADERS = {"webhook-id": "0123456789ab-7"}
OPENED = [
    "itself", "decimal", "octal", "octal, one number", "hexadecimal", "hexadecimal, one number", "mixed bases", "short",
    "three parts", "full-width digits", "ideographic full stops", "circled letters", "trailing dot", "localhost",
    "localhost with a dot", "query without a path", "http",
]  # fmt: skip
"""What comes out at 127.0.0.1 once loopback is open: so the canary hears what the guard does not stop."""


class Naming:
    """A resolver of the test's own: each look-up takes the next answer, and the last one again and again."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def sender(loopback: bool = True, **changed) -> Sender:
    return Sender(time.monotonic, loopback, **changed)


async def send(url: str, loopback: bool = True, **changed):
    return await sender(loopback, **changed).send(url, HEADERS, b"{}")


@pytest.fixture
async def canary():
    """Counts whoever connects to any address of this machine on one port."""
    async with receiving() as first:
        opened, others = [], {"127.8.8.8", "127.0.0.2", "::1", *_own_addresses()}
        for address in others:
            try:
                opened.append(await asyncio.start_server(first.serve, address, first.port))
            except OSError:
                continue  # it is not there on this machine, or belongs to one interface
        yield first
        for server in opened:
            server.close()


def _own_addresses() -> set[str]:
    found = {address.address for each in psutil.net_if_addrs().values() for address in each}
    return {address for address in found if "%" not in address and ("." in address or "::" in address)}


async def test_what_goes_over_the_wire():
    async with receiving() as receiver:
        attempt = await sender().send(f"{receiver.url}?key=%20", {"webhook-id": "x-1"}, b'{"a": 1}')
    assert attempt.is_delivered
    assert (attempt.status, attempt.error, attempt.is_refused) == (204, None, False)
    (received,) = receiver.received
    assert (received.path, received.body) == ("/hook?key=%20", b'{"a": 1}')
    assert received.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "user-agent": f"Citable/{VERSION}",
        "accept": "*/*",
        "content-type": "application/json",
        "content-length": "8",
        "connection": "close",
        "webhook-id": "x-1",
    }


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
    addresses = [address for address in _own_addresses() if not address.startswith("127.") and address != "::1"]
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


async def test_the_second_address_is_tried_when_the_first_takes_no_connection():
    async with receiving("127.0.0.3") as receiver:
        attempt = await send(f"http://partner.example:{receiver.port}/", resolve=Naming(["127.0.0.4", "127.0.0.3"]))
    assert attempt.is_delivered


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


async def test_of_an_endless_answer_no_more_is_read_than_is_needed():
    sent = 0

    async def endless(received):
        nonlocal sent
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
        while True:
            yield b"x" * MOST_READ
            sent += MOST_READ

    async with receiving(answer=endless) as receiver:
        attempt = await send(receiver.url)
    assert attempt.is_delivered
    assert sent < 64 * 1024 * 1024  # what the sockets held, and no more


async def test_of_an_answer_that_trickles_no_more_is_awaited_than_the_time_there_is():
    async def trickling(received):
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    async with receiving(answer=trickling) as receiver:
        attempt = await send(receiver.url, within=0.3)
    assert (attempt.status, attempt.is_delivered) == (200, True)


async def head_trickling(received):
    yield b"HTTP/1.1 200 OK\r\nX: "
    while True:
        yield b"x"
        await asyncio.sleep(0.01)


async def informing(received):
    while True:
        yield b"HTTP/1.1 103 Early Hints\r\n\r\n"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("answer", [hang, head_trickling, informing])
async def test_an_endpoint_that_does_not_answer_has_its_time_and_no_more(answer):
    async with receiving(answer=answer) as receiver:
        async with asyncio.timeout(30):
            attempt = await send(receiver.url, within=0.3)
    assert (attempt.status, attempt.is_delivered, attempt.is_refused) == (None, False, False)
    assert attempt.error == "It did not answer within 0.3 seconds."
    assert attempt.latency_ms >= 300


async def test_a_name_that_never_resolves_has_its_time_and_no_more():
    async def never(host, port):
        await asyncio.Event().wait()

    attempt = await send("https://partner.example/", resolve=never, within=0.1)
    assert "within 0.1 seconds" in attempt.error


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff\r\n\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000,
    ],
)
async def test_what_is_no_http_is_a_failure_in_a_sentence(answer):
    async with receiving(answer=answer) as receiver:
        attempt = await send(receiver.url)
    assert attempt.status is None
    assert "HTTP" in attempt.error
    assert attempt.error.endswith(".")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_success_is_a_delivery(status):
    async with receiving(answer=answering(status)) as receiver:
        attempt = await send(receiver.url)
    assert (attempt.status, attempt.is_delivered) == (status, True)


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
async def test_anything_else_is_not_and_what_it_asks_for_is_kept(status):
    async with receiving(answer=answering(status, "Retry-After: 120")) as receiver:
        attempt = await send(receiver.url)
    assert (attempt.status, attempt.is_delivered, attempt.is_gone) == (status, False, status == 410)
    assert attempt.retry_after == "120"
    assert str(status) in attempt.error


async def test_nothing_that_listens_is_a_failure_in_a_sentence():
    async with receiving() as receiver:
        pass
    attempt = await send(receiver.url)
    assert attempt.error == "It cannot be reached: connection refused."


# Certificates

AUTHORITY = trustme.CA()


def certified(*names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(*names).configure_cert(context)
    return context


def trusting() -> ssl.SSLContext:
    context = httpcore.default_ssl_context()
    AUTHORITY.configure_trust(context)
    return context


async def test_a_certificate_of_the_name_is_taken_and_nothing_else_is():
    naming = Naming(["127.0.0.1"])
    async with receiving(tls=certified("partner.example")) as receiver:
        taken = await send(f"https://partner.example:{receiver.port}/", resolve=naming, tls=trusting())
        other = await send(f"https://other.example:{receiver.port}/", resolve=naming, tls=trusting())
        address = await send(f"https://127.0.0.1:{receiver.port}/", resolve=naming, tls=trusting())
    assert taken.is_delivered
    for attempt in (other, address):
        assert not attempt.is_delivered
        assert "certificate" in attempt.error
    assert len(receiver.received) == 1


async def test_a_certificate_nobody_vouches_for_is_refused():
    async with receiving(tls=certified("127.0.0.1")) as receiver:
        attempt = await send(receiver.url)
    assert "certificate is not valid" in attempt.error
    assert receiver.received == []


async def test_a_server_without_tls_is_a_failure_in_a_sentence():
    async def speak_plainly(reader, writer):
        await reader.read(1)
        writer.write(answering(400))
        writer.close()

    async with await asyncio.start_server(speak_plainly, "127.0.0.1", 0) as server:
        attempt = await send(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    assert attempt.error.startswith("It cannot be reached: ")
    assert attempt.status is None


async def test_a_send_that_is_cancelled_leaves_no_connection_open():
    gone = asyncio.Event()

    async def waiting(received):
        await asyncio.Event().wait()

    async with receiving(answer=waiting) as receiver:
        task = asyncio.create_task(send(receiver.url))
        while not receiver.received:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gone.set()
        receiver.answer = lambda received: OK
        assert (await send(receiver.url)).is_delivered
