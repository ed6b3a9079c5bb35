"""An answer as it is sent, and the quick way to send it."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from service.cache.asked import Scope
from service.cache.memory import fields_of

Send = Callable[[Any], Awaitable[None]]

WHOLE = "citable.whole"
"""What a server's extension of ASGI is called that sends an answer at once: `await whole(send, head, body)`.

`head` is the status line and the lines of fields, without the empty one after them.
"""


class Answer(NamedTuple):
    """What is sent: a status, the lines of its head as HTTP/1.1 writes them, and a body, which HEAD leaves out.

    `head` is the status line and those of fields, and `said` those of this answer alone: each with its end.
    """

    status: int
    head: bytes
    said: bytes
    body: bytes
    request_id: str


async def send_answer(answer: Answer, is_head: bool, scope: Scope, send: Send) -> int:
    """Sends an answer: at once, where the server can do that. How many bytes its body had."""
    body = b"" if is_head else answer.body
    whole = scope.get("extensions", {}).get(WHOLE)
    if whole is not None:
        await whole(send, answer.head + answer.said, body)
        return len(body)
    _, _, lines = answer.head.partition(b"\r\n")
    headers = fields_of(lines + answer.said)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return len(body)
