"""Sending one message over real sockets: what goes over the wire, and every way in which it can go wrong."""

import asyncio
import ssl

import httpcore
import pytest
import trustme

from service.release import VERSION
from service.work.sending import MOST_READ
from tests.work.receivers import OK, answering, hang, receiving
from tests.work.sending import Naming, send, sender


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


async def test_the_second_address_is_tried_when_the_first_takes_no_connection():
    async with receiving("127.0.0.3") as receiver:
        attempt = await send(f"http://partner.example:{receiver.port}/", resolve=Naming(["127.0.0.4", "127.0.0.3"]))
    assert attempt.is_delivered


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
