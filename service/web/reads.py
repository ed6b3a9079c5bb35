"""A read under way: which position it answers as of, how its answer is cached, and what its conditions make of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from litestar.response.base import ASGIResponse

from db.log import Head, digest_at, is_settled, log_head, position_as_of
from db.pool import Reading, reading
from schemas.failures import Fault, InvalidRequest
from schemas.fields import Request
from service.cache.keys import answer_key
from service.cache.representation import Representation
from service.cache.shared import Point
from service.runtime import Runtime
from service.web.asker import Asker, Reader
from service.web.conditional import accepted, is_unchanged
from service.web.inputs import read_as_of

CURRENT = "public, max-age=30, s-maxage=60, stale-while-revalidate=300, stale-if-error=86400"
"""For what changes with the log: fresh for half a minute, and better a day old than an error."""
PINNED = "public, max-age=3600, stale-if-error=86400"
"""For an answer as of a position: it never changes, but what the answer shows of it may grow."""
KEYED = "private, no-cache"
"""For whoever reads with a key: they may be about to write, and must not read what they wrote over."""
IMMUTABLE = "public, max-age=31536000, immutable"
"""For a version: the same bytes for ever (RFC 8246)."""

Load = Callable[[Reading], Awaitable[Representation]]


@dataclass(frozen=True)
class At:
    """The log and the point of it an answer is as of, and whether the caller named it or means "now"."""

    log: str
    point: Point
    pinned: bool

    @property
    def position(self) -> int:
        """The position of that point."""
        return self.point.position


@dataclass(frozen=True)
class Read:
    """One GET: its runtime, path and header fields."""

    runtime: Runtime
    path: str
    headers: Mapping[str, str]
    asker: Asker

    async def at(self, as_of: str | None, frozen: int | None = None) -> At:
        """The position to answer as of: the one a cursor is `frozen` at. InvalidRequest if it lies in the future."""
        asked = frozen if frozen is not None else None if as_of is None else read_as_of(as_of)
        async with reading(self.runtime.pool) as connection:
            head = await log_head(connection)
            if asked is None:
                return At(head.log, Point(head.position, head.digest), pinned=False)
            settled = not isinstance(asked, datetime) or await is_settled(connection, asked)
            if settled:
                return await self._pinned(connection, head, asked, "as_of" if frozen is None else "cursor")
        await self.runtime.settle()
        async with reading(self.runtime.pool) as connection:
            return await self._pinned(connection, head, asked, "as_of")

    async def _pinned(self, connection: Reading, head: Head, asked: int | datetime, parameter: str) -> At:
        position = await position_as_of(connection, asked) if isinstance(asked, datetime) else asked
        if position is None:
            raise _future(parameter, "it is later than now")
        if not isinstance(asked, datetime) and position > head.position:
            raise _future(parameter, f"the newest position is {head.position}")
        return At(head.log, Point(position, await digest_at(connection, position)), pinned=True)

    def media_type(self, available: Sequence[str]) -> str:
        """The best media type for the caller. NotAcceptable if there is none."""
        return accepted(self.headers.get("accept"), available)

    async def answer(
        self, at: At, query: Request | None, load: Load, *, cache_control: str | None = None, variant: str = ""
    ) -> ASGIResponse:
        """The cached answer to this path and query as of a position, or a freshly loaded one; 304 if it is known.

        What must be loaded is taken from the asker's share. RateLimited when nothing is left of it.
        """
        paid: list[Reader] = []

        async def loaded() -> Representation:
            async with reading(self.runtime.pool) as connection:
                return await load(connection)

        async def admit() -> None:
            paid.append(await self.asker.reader())

        asked = msgspec.to_builtins(query) if query is not None else {}
        what = msgspec.json.encode([variant, asked], order="deterministic").decode()
        key = answer_key(at.log, self.path, what, at.position if at.pinned else None)
        found, status = await self.runtime.cache.get_or_load(key, at.point, loaded, pinned=at.pinned, admit=admit)
        policy = cache_control or (PINNED if at.pinned else CURRENT)
        if cache_control is None and "authorization" in self.headers:
            policy = KEYED
        answer = self.send(found, policy, [("cache-status", f"citable-redis; {status}")])
        known = not at.pinned and self.headers.get("if-none-match", "").strip() != "*"  # it knew what to expect
        if answer.status_code == 304 and known:
            for reader in paid:
                await self.asker.give_back(reader)
        return answer

    def send(self, found: Representation, cache_control: str, headers: Sequence[tuple[str, str]] = ()) -> ASGIResponse:
        """A representation as a response: whole, or 304 when the caller's conditions say it is known."""
        unchanged = is_unchanged(found.etag, self.headers.get("if-match"), self.headers.get("if-none-match"))
        described = [("etag", found.etag), ("cache-control", cache_control), *found.headers, *headers]
        if not any(name == "vary" for name, _ in described):
            described.append(("vary", "Accept"))
        if unchanged:
            return ASGIResponse(status_code=304, headers=described)
        return ASGIResponse(body=found.body, headers=[("content-type", found.media_type), *described])


def _future(parameter: str, why: str) -> InvalidRequest:
    return InvalidRequest([Fault(f"`{parameter}` lies in the future: {why}.", parameter=parameter)])
