"""Readers and writers at every process of a deployment, and a record of everything they asked and were answered."""

import asyncio
import base64
import itertools
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

import msgspec

from db.log import whole_log
from db.pool import open_pool, unhurried
from schemas.claims import ClaimVersion
from tests.stories.checker import About, Finding, Logged, Read, Shown, Write, check
from tests.stories.deployment import Deployment, editors
from tests.stories.line import Answer, Line, hash_of

BOUND = 2.0
"""Seconds after which everyone sees what was acknowledged, whatever happened to whoever should have told them."""

WORDS = ("walnut", "falcon")
TOPICS = ("even", "odd")
MEASURES = ("cranes-at-quays", "cranes-in-yards")
CODINGS = (None, None, "identity", "gzip", "br", "zstd", "gzip, br;q=0.5", "gzip;q=0")
LANGUAGES = (None, None, "de", "hi")
LISTS = {
    "/v1/claims?limit=100": "all",
    "/v1/claims?limit=100&sort=-value": "all",
    "/v1/claims?limit=100&topic=even": "even",
    "/v1/claims?limit=100&topic=odd&sort=id": "odd",
    f"/v1/claims?limit=100&measure={MEASURES[0]}": MEASURES[0],
    "/v1/claims?limit=100&q=walnut": "walnut",
    "/v1/claims?limit=100&q=falcon&sort=id": "falcon",
    f"/v1/measures/{MEASURES[1]}": MEASURES[1],
}
HISTORY = 5
QUIET_FOR = 60
"""Writes during which one of the processes takes none, and hears of them from others only; then the next."""

_TAG = re.compile(r'"p(\d+)-')


class _Item(msgspec.Struct):
    id: str
    version: int
    position: int


class _Page(msgspec.Struct):
    items: list[msgspec.Raw]
    position: int


class Traffic:
    """Claims that are written and read through every process. `newcomers` are asked for before they are there.

    A reader pauses up to `pause` seconds between two requests, a writer five times that.
    """

    def __init__(self, deployment: Deployment, claims: int, newcomers: int, pause: float) -> None:
        self.deployment = deployment
        self.pause = pause
        self.ids = [f"{measure}-{n}" for n in range(claims) for measure in MEASURES]
        self.newcomers = [f"late-{n}" for n in range(newcomers)]
        self.writes: list[Write] = []
        self.reads: list[Read] = []
        self.refused: Counter[str] = Counter()
        self.counted: Counter[str] = Counter()
        self.tags: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self._known: dict[tuple[str, str | None, str | None], str] = {}
        self._parsed: dict[str, tuple[int, tuple[Shown, ...]]] = {}
        self._values = itertools.count(4100)
        self._waiting = list(self.newcomers)
        self._secret = ""

    async def prepare(self) -> None:
        """Publishes the claims there are from the beginning."""
        self._secret = (await editors(self.deployment.database_url, ["Desk"]))["Desk"]
        for number, id in enumerate(self.ids):
            process = number % len(self.deployment.apis)
            async with Line(self.deployment.apis[process].port) as line:
                await self.create(process, id, line)
        assert len(self.writes) == len(self.ids)

    async def run(self, readers: int, writers: int, faults: Sequence[Callable[[], Awaitable[None]]]) -> None:
        """So many readers at each process, and writers at all of them, until every fault is over."""
        over = asyncio.Event()
        async with AsyncExitStack() as open_lines, asyncio.TaskGroup() as group:
            for number in range(readers * len(self.deployment.apis)):
                process = number % len(self.deployment.apis)
                line = await open_lines.enter_async_context(Line(self.deployment.apis[process].port))
                group.create_task(self._read_on(process, line, random.Random(f"reader {number}"), over))
            for number in range(writers):
                lines = [await open_lines.enter_async_context(Line(api.port)) for api in self.deployment.apis]
                group.create_task(self._write_on(lines, random.Random(f"writer {number}"), over))
            try:
                await asyncio.gather(*(fault() for fault in faults))
            finally:
                over.set()

    async def finding(self) -> Finding:
        """What the checker finds in all that was recorded."""
        pool = await open_pool(self.deployment.database_url, 1)
        try:
            async with unhurried(pool, readonly=True) as connection:
                log = [_logged(version) async for version in whole_log(connection)]
        finally:
            await pool.close()
        return await asyncio.to_thread(check, log, self.writes, self.reads, BOUND)

    async def create(self, process: int, id: str, line: Line) -> Write:
        """Publishes a claim."""
        measure = next((measure for measure in MEASURES if id.startswith(measure)), "late-cranes")
        first = {"id": id, "measure": measure, "geography": "WORLD", "attributed_to": "Port Register"}
        return await self._write(process, id, "POST", "/v1/claims", first, {"content-type": "application/json"}, line)

    async def revise(self, process: int, id: str, line: Line) -> Write:
        """Revises a claim from its newest version anyone here knows of."""
        headers = {"content-type": "application/merge-patch+json", "if-match": self.tags.get(id, '"none"')}
        return await self._write(process, id, "PATCH", f"/v1/claims/{id}", {}, headers, line)

    async def _write(self, process: int, id: str, method: str, path: str, body: dict, headers: dict, line: Line):
        value = next(self._values)
        mark = f"change {value}"
        statement = f"Harbours run {value} automated cranes, {WORDS[value % 2]}."
        body |= {"statement": statement, "quantity": {"value": str(value), "unit": "cranes"}}
        body |= {"topics": [TOPICS[value % 2]], "change": {"note": mark}}
        headers["authorization"] = f"Bearer {self._secret}"
        write = Write(process, time.monotonic(), float("inf"), mark, id)
        try:
            answer = await line.send(method, path, headers, msgspec.json.encode(body))
        except (OSError, EOFError, TimeoutError) as error:
            self.counted[f"writes with {type(error).__name__}"] += 1
            self.writes.append(write)
            return write
        self.counted[f"writes with {answer.status}"] += 1
        if answer.status in (200, 201):
            item = msgspec.json.decode(answer.raw, type=_Item)
            write = write._replace(returned=time.monotonic(), version=item.version, position=item.position,
                                   tag=answer.headers["etag"], body=answer.hash)  # fmt: skip
            self._versions[id] = max(item.version, self._versions.get(id, 0))
            self.writes.append(write)
        elif answer.status == 503:
            self.writes.append(write)
        else:
            assert answer.status in (409, 412), answer.raw
        if answer.status == 409:
            self.tags.setdefault(id, '"none"')
        if "etag" in answer.headers:
            self.tags[id] = answer.headers["etag"]
        return write

    async def _write_on(self, lines: Sequence[Line], chance: random.Random, over: asyncio.Event) -> None:
        while not over.is_set():
            quiet = {len(self.writes) // QUIET_FOR % len(lines), *self.deployment.stopped}
            process = chance.choice(
                [number for number in range(len(lines)) if number not in quiet] or range(len(lines))
            )
            if self._waiting and chance.random() < 0.1:
                await self.create(process, id := self._waiting.pop(), lines[process])
                (self.ids if id in self.tags else self._waiting).append(id)
            else:
                await self.revise(process, chance.choice(self.ids), lines[process])
            await asyncio.sleep(chance.random() * self.pause * 5)

    async def _read_on(self, process: int, line: Line, chance: random.Random, over: asyncio.Event) -> None:
        while not over.is_set():
            path, about = self._question(chance)
            coding, language = chance.choice(CODINGS), chance.choice(LANGUAGES)
            headers = {} if coding is None else {"accept_encoding": coding}
            headers |= {} if language is None else {"accept_language": language}
            known = self._known.get((path, coding, language))
            if known and chance.random() < 0.5:
                headers["if_none_match"] = known
            if chance.random() < 0.05:
                headers["authorization"] = f"Bearer {self._secret}"
            method = "HEAD" if chance.random() < 0.15 else "GET"
            await self.read(process, path, about, line, method, **headers)
            await asyncio.sleep(chance.random() * self.pause)

    def _question(self, chance: random.Random) -> tuple[str, About]:
        """An address, and what its answer is about."""
        dice = chance.random()
        if dice < 0.35:
            path = chance.choice(list(LISTS))
            return path, About("group", LISTS[path])
        id = chance.choice(self.newcomers if self.newcomers and chance.random() < 0.2 else self.ids)
        if dice < 0.75:
            return f"/v1/claims/{id}", About("claim", id)
        if dice < 0.87:
            version = max(1, self._versions.get(id, 0) + chance.choice((1, 0, 0, -1)))
            return f"/v1/claims/{id}/versions/{version}", About("version", id, version)
        return f"/v1/claims/{id}/versions?limit={HISTORY}", About("history", id)

    async def read(
        self, process: int, path: str, about: About, line: Line, method: str = "GET", **headers: str
    ) -> Read | None:
        """Asks and records the answer; None if there was none to record."""
        invoked = time.monotonic()
        answer = await line.get(path, method, **headers)
        returned = time.monotonic()
        self.counted[f"reads with {answer.status}"] += 1
        self.counted["reads marked stale"] += answer.is_stale
        for coding in ("gzip", "br", "zstd"):
            self.counted[f"reads in {coding}"] += answer.headers.get("content-encoding") == coding
        for level in ("citable-memory; hit", "citable-redis; hit", "fwd=miss", "collapsed"):
            self.counted[f"reads {level}"] += level in answer.headers.get("cache-status", "")
        if answer.status not in (200, 304, 404):
            self.refused[f"{answer.status} {path}"] += 1
            return None
        read = Read(process, invoked, returned, about, None, stale=answer.is_stale)
        if answer.status != 404:
            read = self._shown(read, answer, has_content=method == "GET" and answer.status == 200)
            if not answer.is_stale:
                self._known[path, headers.get("accept_encoding"), headers.get("accept_language")] = read.tag
        self.reads.append(read)
        return read

    def _shown(self, read: Read, answer: Answer, *, has_content: bool) -> Read:
        tag = answer.headers["etag"]
        named = _TAG.match(tag)
        assert named, tag
        position = int(named[1])
        if not has_content:
            return read._replace(position=position, tag=tag)
        body = answer.hash
        if body not in self._parsed:
            self._parsed[body] = _parsed(answer.content, read.about)
        inside, shown = self._parsed[body]
        assert inside == position, f"{tag} is the tag of position {inside}"
        digest = base64.b64decode(answer.headers["repr-digest"].removeprefix("sha-256=:").removesuffix(":")).hex()
        return read._replace(position=position, tag=tag, body=body, digest=digest, shown=shown)

    def figures(self) -> str:
        """What happened, in numbers."""
        numbers = {"reads": len(self.reads), "writes": len(self.writes), **self.deployment.faults, **self.counted}
        return ", ".join(f"{count} {what}" for what, count in sorted(numbers.items()) if count)


def _parsed(content: bytes, about: About) -> tuple[int, tuple[Shown, ...]]:
    """The position an answer is as of, and every version in it with the hash of its bytes.

    Those of a version are its very bytes; of a claim, its bytes without how its number is said.
    """
    record = bytes if about.kind in ("version", "history") else _record
    if about.kind in ("claim", "version"):
        item = msgspec.json.decode(content, type=_Item)
        return item.position, (Shown(item.id, item.version, hash_of(record(content))),)
    page = msgspec.json.decode(content, type=_Page)
    items = [(msgspec.json.decode(raw, type=_Item), record(raw)) for raw in page.items]
    return page.position, tuple(Shown(item.id, item.version, hash_of(raw)) for item, raw in items)


def _record(claim: bytes) -> bytes:
    before, display, after = bytes(claim).partition(b',"display":"')
    assert display, "a claim does not say its number"
    return before + after.partition(b'"')[2]


def _logged(version: ClaimVersion) -> Logged:
    groups = {"all", version.measure, *version.topics, *(word for word in WORDS if word in version.statement)}
    body = hash_of(msgspec.json.encode(version))
    return Logged(version.position, version.id, version.version, body, version.change.note or "", frozenset(groups))
