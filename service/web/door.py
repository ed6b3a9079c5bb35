"""What a server asks before it begins a request: whether there is an answer that waits for nothing."""

import re
from contextlib import suppress
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from service.cache.answer import Answer
from service.cache.asked import Asked, Terms, asked_for, may_be_kept, terms_of
from service.cache.edge import Edge
from service.cache.memory import Fields

_LONGEST = 2048
"""Bytes of header fields that are remembered."""
_MOST = 1024
"""How many are, twice: those that were sent since, and those from before."""
_MOST_FIELDS = 40
_LONGEST_REQUEST = 8192
"""What is longer is parsed, and held to the limits there."""
_VERSION = b" HTTP/1.1"
_TARGET = re.compile(rb"/[\w.~!$&'()*+,;=:@/%-]*\?[\w.~!$&'()*+,;=:@/?%-]*", re.ASCII)
"""A path and a query (RFC 3986, sections 3.3 and 3.4): what the parser is not needed to refuse."""
_METHODS = {b"GET": "GET", b"HEAD": "HEAD"}
_Sent = tuple[bytes, bytes | None]
"""Header fields as they were sent: those up to the entity tag that is known, and what follows it, if there is one."""
_KNOWN = (b"If-None-Match: ", b"if-none-match: ")
_TAG = re.compile(rb'(?:W/)?"[!#-~]*"')
_NEVER = frozenset({b"content-length", b"transfer-encoding", b"upgrade", b"expect", b"traceparent"})
"""Fields of a request that may have a body, or does not end a message; and one that is never the same again."""


class Door:
    """The way into an application. Who comes in by a trusted proxy is known by then, since the log says who asked.

    Clients send the same header fields again and again, byte for byte, but for the entity tag they know. What these say
    is remembered, so that such a request need not be parsed.
    """

    def __init__(self, edge: Edge, trusted_proxies: str | None) -> None:
        self._edge = edge
        self._forwarded = ProxyHeadersMiddleware(_nothing, trusted_proxies) if trusted_proxies else None
        self._fields: dict[_Sent, tuple[Terms, Fields]] = {}
        self._before: dict[_Sent, tuple[Terms, Fields]] = {}

    def answer(self, scope: Any) -> Answer | None:
        """The answer to a request, if memory has it, or if there is no room for it; None if it has to be begun."""
        self._see_who_asks(scope)
        return self._edge.at_once(scope)

    def recognized(self, request: bytes, scope: Any) -> Asked | None:
        """What is asked by a request as it was sent, if its fields were sent before.

        `scope` has what is known of its connection, and is given what the request says. Its first line may be anything
        yet: no proof is needed where it names what memory has under exactly that path and query, only elsewhere.
        """
        if len(request) > _LONGEST_REQUEST:
            return None
        line, _, fields = request.partition(b"\r\n")
        sent, known = _apart(fields)
        remembered = self._fields.get(sent) or self._remembered_from_before(sent)
        if remembered is None or not line.endswith(_VERSION):
            return None
        method, _, target = line.removesuffix(_VERSION).partition(b" ")
        if method not in _METHODS:
            return None
        path, _, query = target.partition(b"?")
        terms, headers = remembered
        asked = asked_for(_METHODS[method], path, query, terms._replace(known=known) if known else terms)
        if asked is None:
            return None
        scope["method"], scope["raw_path"], scope["query_string"] = _METHODS[method], path, query
        scope["headers"] = headers
        self._see_who_asks(scope)
        return asked

    def answer_again(self, asked: Asked, scope: Any) -> Answer | None:
        """The answer to a request that was recognized, if memory has it."""
        return self._edge.from_memory(asked, scope)

    def may_begin(self, asked: Asked, scope: Any) -> bool:
        """Whether the first line of a request that was recognized is one, and names what answers are kept for.

        Then its fields are those that were sent now: what is remembered has the tag of another request.
        """
        target: bytes = scope["raw_path"] + b"?" + scope["query_string"]
        if _TARGET.fullmatch(target) is None or not may_be_kept(scope):
            return False
        if asked.known:
            fields = scope["headers"]
            scope["headers"] = [(n, asked.known if n == b"if-none-match" else value) for n, value in fields]
        return True

    def taken_in(self, asked: Asked, scope: Any) -> Answer | None:
        """What a recognized request is refused with, if there is no room for it; None if it has to be begun."""
        return self._edge.taken_in(asked, scope)

    def remember(self, request: bytes, scope: Any) -> None:
        """Remembers the fields of a request that was sent whole and alone, if it has no body."""
        line, _, fields = request.partition(b"\r\n")
        headers = scope["headers"]
        if not line.endswith(_VERSION):
            return  # empty lines came first: what follows them would be taken for fields
        if (
            len(fields) > _LONGEST
            or len(headers) > _MOST_FIELDS
            or scope["method"] not in _METHODS.values()
            or scope["http_version"] != "1.1"
        ):
            return
        if any(name in _NEVER or (name == b"connection" and value.lower() != b"keep-alive") for name, value in headers):
            return
        terms = terms_of(headers)
        sent, tag = _apart(fields)
        if terms is not None and terms.authorization is None and terms.known == tag:
            self._keep(sent, (terms, headers))

    def _remembered_from_before(self, sent: _Sent) -> tuple[Terms, Fields] | None:
        found = self._before.pop(sent, None)
        if found is not None:
            self._keep(sent, found)
        return found

    def _keep(self, sent: _Sent, found: tuple[Terms, Fields]) -> None:
        if len(self._fields) >= _MOST:
            self._before, self._fields = self._fields, {}  # what was not sent since then is forgotten
        self._fields[sent] = found

    def _see_who_asks(self, scope: Any) -> None:
        if self._forwarded is not None:
            with suppress(StopIteration):  # which is how a coroutine ends that waits for nothing
                self._forwarded(scope, _nothing, _nothing).send(None)


def _apart(fields: bytes) -> tuple[_Sent, bytes]:
    """Header fields without the entity tag they know, if it is one, and that tag."""
    for name in _KNOWN:
        at = 0 if fields.startswith(name) else fields.find(b"\r\n" + name) + 2
        if at != 1:  # where nothing was found
            behind = at + len(name)
            tag, _, rest = fields[behind:].partition(b"\r\n")
            if _TAG.fullmatch(tag):
                return (fields[:behind], rest), tag
    return (fields, None), b""


async def _nothing(*_: Any) -> Any:
    return None
