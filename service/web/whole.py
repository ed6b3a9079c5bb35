"""Writing an answer whose head stands ready: as uvicorn would, but for looking at each header field again."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from service.cache.answer import WHOLE
from service.cache.memory import Fields


async def send_whole(send: Any, head: bytes, body: bytes) -> None:
    """Sends an answer with uvicorn's `send` of a request.

    `head` begins with the status line and ends after its last field; a body has its length there.
    """
    cycle: RequestResponseCycle = send.__self__
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if not cycle.disconnected:
        write_whole(cycle, head, body)


def write_whole(cycle: RequestResponseCycle, head: bytes, body: bytes) -> None:
    """Writes an answer to a request that was begun, which ends it."""
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    closing = b"" if cycle.keep_alive else b"connection: close\r\n"
    cycle.transport.write(whole(head + closing, cycle.default_headers, body))
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()


def whole(head: bytes, fields: Fields, body: bytes) -> bytes:
    """An answer's bytes: `fields` are those of the server."""
    return b"".join((head, *(b"%s: %s\r\n" % field for field in fields), b"\r\n", body))


EXTENSIONS: dict[str, Any] = {WHOLE: send_whole}
