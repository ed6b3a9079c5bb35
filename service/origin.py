"""Another Citable, as who mirrors it reads it: its log from a position on, over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

import httpx
import msgspec
from werkzeug.http import parse_date

from schemas.changes import ChangePage
from schemas.failures import MirrorRefused, OriginUnavailable
from service.release import VERSION

LINES = "application/x-ndjson"
ANSWER_WITHIN = 30.0
"""Seconds it may take to answer, beyond those it is asked to wait."""
MOST_LINES = 500
_SETTLED = timedelta(seconds=65)
"""How long after an instant everything recorded until then is certain to be told: what a write may take
(`write_within_deadline`), and how late a process may hear of it, with something to spare for clocks."""


class Told(NamedTuple):
    """Versions after a position, a line of JSON each; and up to when that is all there is, if it is."""

    lines: list[bytes]
    until: datetime | None


class Origin:
    """A Citable elsewhere. OriginUnavailable when it does not answer; MirrorRefused when it answers as none does."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self.url = url.rstrip("/")
        self._client = client

    async def lines_after(self, position: int, wait: int = 0) -> Told:
        """The versions after a position; none if there are none within `wait` seconds."""
        answer = await self._asked("/v1/changes", LINES, {"after": position, "limit": MOST_LINES, "wait": wait})
        lines, said_at = answer.content.splitlines(), parse_date(answer.headers.get("date"))
        is_all = len(lines) < MOST_LINES and said_at is not None
        return Told(lines, said_at - _SETTLED if is_all and said_at else None)

    async def digest_at(self, position: int) -> str:
        """The digest of the version at a position."""
        answer = await self._asked("/v1/changes", "application/json", {"after": position - 1, "limit": 1})
        try:
            return msgspec.json.decode(answer.content, type=ChangePage).items[0].digest
        except (msgspec.DecodeError, IndexError) as error:
            raise MirrorRefused(f"{self.url} has no position {position}: its log is another one.") from error

    async def position(self) -> int:
        """The newest position of its log."""
        answer = await self._asked("/v1/claims", "application/json", {"limit": 1})
        position = answer.json().get("position")
        if not isinstance(position, int):
            raise self._is_none()
        return position

    async def _asked(self, path: str, accept: str, query: dict[str, int]) -> httpx.Response:
        within = query.get("wait", 0) + ANSWER_WITHIN
        try:
            answer = await self._client.get(self.url + path, params=query, headers={"Accept": accept}, timeout=within)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OriginUnavailable(f"{self.url} does not answer: {error or type(error).__name__}.") from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise OriginUnavailable(f"{self.url} answers {answer.status_code}.", _seconds(answer))
        if answer.status_code == 400 and "lies in the future" in answer.text:
            raise MirrorRefused(f"The log of {self.url} ends before position {query['after']}: it is another one.")
        if answer.status_code != 200 or not answer.headers.get("content-type", "").startswith(accept):
            raise self._is_none()
        return answer

    def _is_none(self) -> MirrorRefused:
        return MirrorRefused(
            f"{self.url} does not answer as a Citable that has `/v1/changes` does: is that its address?"
        )


@asynccontextmanager
async def origin_at(url: str) -> AsyncIterator[Origin]:
    """The Citable at an address, until the block ends."""
    agent = {"User-Agent": f"Citable-mirror/{VERSION}", "Accept-Encoding": "gzip"}
    async with httpx.AsyncClient(headers=agent, follow_redirects=True) as client:
        yield Origin(url, client)


def _seconds(answer: httpx.Response) -> float:
    """How long an answer asks to wait (RFC 9110, section 10.2.3), an hour at most; 0 if it does not say."""
    field = answer.headers.get("retry-after", "")
    if field.isascii() and field.isdecimal():
        return min(float(field), 3600.0)
    until, now = parse_date(field), parse_date(answer.headers.get("date"))
    return min(max((until - now).total_seconds(), 0.0), 3600.0) if until and now else 0.0
