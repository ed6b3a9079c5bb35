"""Refusing what there is no room for: at the least cost, since it is done most when there is most to do."""

from typing import Any

from schemas.failures import Overloaded
from service.telemetry import request_id as new_request_id
from service.web.envelope import ALWAYS
from service.web.problems import ProblemPage, answer_for, wants_page

_NOBODY = "0" * 32
"""Where a request's own id goes in what is written once for all."""


class Refusals:
    """Answers that are written once, for programs and for people, and then only told apart by the request's id."""

    def __init__(self, page: ProblemPage) -> None:
        """`page` shows people a problem."""
        self._page = page
        self._written: dict[tuple[str, bool], tuple[int, list[tuple[bytes, bytes]], bytes]] = {}

    async def refuse(self, scope: Any, failure: Overloaded, send: Any) -> None:
        """Answers that there is no room: 503, and when to come again."""
        request_id = new_request_id()
        status, fields, body = self._answer(scope, failure)
        fields = [*fields, (b"x-request-id", request_id.encode())]
        await send({"type": "http.response.start", "status": status, "headers": fields})
        body = b"" if scope["method"] == "HEAD" else body.replace(_NOBODY.encode(), request_id.encode())
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Any, failure: Overloaded) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        kind = (str(failure), wants_page(scope))
        if kind not in self._written:
            status, fields, body = answer_for(scope, failure, _NOBODY, self._page)
            encoded = [(name.encode(), value.encode("latin-1")) for name, value in fields]
            named = {name for name, _ in encoded}
            encoded += [field for field in ALWAYS if field[0] not in named]
            encoded.append((b"content-length", b"%d" % len(body)))
            self._written[kind] = (status, encoded, body)
        return self._written[kind]
