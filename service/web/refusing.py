"""Refusing what there is no room for: at the least cost, since it is done most when there is most to do."""

from typing import Any

from schemas.failures import Overloaded
from service.cache.answer import Answer
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
        self._written: dict[tuple[str, bool], Answer] = {}

    def answer(self, scope: Any, failure: Overloaded) -> Answer:
        """That there is no room: 503, and when to come again."""
        kind = (str(failure), wants_page(scope))
        written = self._written.get(kind) or self._write(kind, scope, failure)
        name = new_request_id()
        named = name.encode()
        body = written.body.replace(_NOBODY.encode(), named)
        return Answer(written.status, written.head, b"x-request-id: %b\r\n" % named, body, name)

    def _write(self, kind: tuple[str, bool], scope: Any, failure: Overloaded) -> Answer:
        status, fields, body = answer_for(scope, failure, _NOBODY, self._page)
        encoded = [(name.encode(), value.encode("latin-1")) for name, value in fields]
        named = {name for name, _ in encoded}
        encoded += [field for field in ALWAYS if field[0] not in named]
        encoded.append((b"content-length", b"%d" % len(body)))
        head = b"HTTP/1.1 503 Service Unavailable\r\n" + b"".join(b"%s: %s\r\n" % field for field in encoded)
        self._written[kind] = Answer(status, head, b"", body, "")
        return self._written[kind]
