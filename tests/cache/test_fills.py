"""Who waits for an answer that someone else loads waits for something, and not for ever."""

import asyncio
import socket
import time
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from schemas.failures import Overloaded
from service.admission import Admission, Room
from service.cache import fills as module
from service.cache.connection import SharedConnection
from service.cache.fills import COLLAPSED, STORED, Fills
from service.cache.memory import Entry, Memory
from service.cache.policies import CURRENT
from service.cache.representation import Kept, represented
from service.cache.shared import Point, SharedCache
from tests.given import draft, published
from tests.serving import serving

ASKED = (b"/v1/topics", b"", b"")
encoded_by_entry = Entry.encoded


def room() -> Room:
    return Admission(100, 1.0, time.monotonic, lambda _: None).room()


def at(position: int) -> Point:
    return Point(position, f"{position:016}")


def said(text: str) -> Kept:
    return Kept(represented(text.encode(), "text/plain", None), CURRENT, pinned=False)


@pytest.fixture
async def filled(cluster):
    """Fills on a Redis of the test's own, and a log whose head the test moves."""
    connection = SharedConnection(f"{cluster.servers.redis_url}?db=9", lambda: 0.0)
    await connection.redis.flushdb()
    log: Any = SimpleNamespace(log="log", head=at(1), is_current=lambda point, of, pinned: point == log.head)
    yield Fills(Memory(1_000_000), SharedCache(connection), log, "https://citable.example"), log
    await connection.close()


async def test_whoever_came_while_the_log_moved_gets_what_is_no_older_than_their_question(filled):
    fills, log = filled
    place = (await fills.find(ASKED, room()))[2]
    waiting = [asyncio.create_task(fills.find(ASKED, room())) for _ in range(20)]
    await asyncio.sleep(0.02)
    log.head = at(2)
    late = asyncio.create_task(fills.find(ASKED, room()))
    await asyncio.sleep(0.02)
    await place.keep(said("as of one"), at(1))
    for entry, how, none in await asyncio.gather(*waiting):
        assert (entry.kept, how, none) == (said("as of one"), COLLAPSED, None)
    entry, _, another = await late  # asked at two, and is not answered as of one
    assert entry is None
    assert another is not None
    await another.leave()


async def test_after_an_outage_that_ended_what_was_known_nobody_gets_what_was_asked_for_before(filled):
    """Something was written, and Postgres went before anyone looked: no answer is known to be new enough."""
    fills, log = filled
    place = (await fills.find(ASKED, room()))[2]
    log.head = Point(-1, "")
    late = asyncio.create_task(fills.find(ASKED, room()))
    await asyncio.sleep(0.02)
    await place.keep(said("as of one"), at(1))
    entry, _, another = await late
    assert entry is None
    await another.leave()


async def test_when_who_loads_comes_to_nothing_another_one_loads_for_the_rest(filled):
    fills, _ = filled
    place = (await fills.find(ASKED, room()))[2]
    waiting = [asyncio.create_task(fills.find(ASKED, room())) for _ in range(20)]
    await asyncio.sleep(0.02)
    await place.leave()  # refused, or cut off
    await asyncio.sleep(0.02)
    [first] = [task for task in waiting if task.done()]
    await first.result()[2].keep(said("loaded once"), at(1))
    answers = await asyncio.gather(*waiting)
    assert sum(entry is not None and entry.kept == said("loaded once") for entry, _, _ in answers) == 19


async def test_when_it_comes_to_nothing_again_everyone_goes_on_alone(filled):
    fills, _ = filled
    waiting = [asyncio.create_task(fills.find(ASKED, room())) for _ in range(5)]
    for _ in range(2):
        await asyncio.sleep(0.02)
        [place] = [task.result()[2] for task in waiting if task.done()]
        waiting = [task for task in waiting if not task.done()]
        await place.leave()
    assert await asyncio.gather(*waiting) == [(None, b"", None)] * 3


async def test_a_long_answer_is_encoded_once_for_all_who_ask_at_once(filled, monkeypatch):
    fills, _ = filled
    entry, made = Entry(said("word " * 20_000), at(1)), []
    monkeypatch.setattr(Entry, "encoded", lambda self, coding: made.append(coding) or encoded_by_entry(self, coding))
    variants = await asyncio.gather(*(fills.variant(entry, "br", ASKED) for _ in range(30)))
    assert made == ["br"]
    assert all(variant is variants[0] for variant in variants)
    assert fills._encoding == {}


async def test_what_cannot_be_sent_is_removed_from_redis(filled):
    fills, _ = filled
    place = (await fills.find(ASKED, room()))[2]
    await place.leave()
    broken = msgspec.structs.replace(said("text").representation, headers=(("link", "\u4e00"),))
    await fills.shared.put(place.key, Kept(broken, CURRENT, pinned=False), at(1))
    entry, _, another = await fills.find(ASKED, room())
    assert entry is None
    assert await fills.shared.get(place.key) is None
    await another.leave()


async def test_what_is_of_another_type_in_redis_is_replaced(filled):
    fills, _ = filled
    place = (await fills.find(ASKED, room()))[2]
    await fills.shared._redis.rpush(place.key, "a list")
    assert (await place.keep(said("text"), at(1)))[1] == STORED
    assert await fills.shared.get(place.key) == (said("text"), at(1))


async def test_who_waits_too_long_goes_on_alone(filled, monkeypatch):
    fills, _ = filled
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    place = (await fills.find(ASKED, room()))[2]
    assert await fills.find(ASKED, room()) == (None, b"", None)
    await place.leave()


async def test_a_load_that_another_process_gave_up_is_not_waited_for(filled):
    fills, _ = filled
    place = (await fills.find(ASKED, room()))[2]
    other = Fills(Memory(1_000_000), fills.shared, fills._coherence, "https://citable.example")
    waiting = asyncio.create_task(other.find(ASKED, room()))
    await asyncio.sleep(0.05)
    await place.leave()
    async with asyncio.timeout(0.4):
        entry, _, theirs = await waiting
    assert entry is None
    assert theirs is not None
    await theirs.leave()


async def test_where_room_is_scarce_nobody_waits_in_it_for_another_process(filled):
    fills, _ = filled
    place = (await fills.find(ASKED, room()))[2]
    other = Fills(Memory(1_000_000), fills.shared, fills._coherence, "https://citable.example")
    one = Admission(1, 0.01, lambda: 0.0, lambda _: None)
    await one.come_in()
    with pytest.raises(Overloaded):
        await one.come_in()
    one.go_out()
    async with asyncio.timeout(0.5):  # who waits for another process does so for most of a second
        entry, _, theirs = await other.find(ASKED, one.room())
    assert entry is None
    await theirs.leave()
    await place.leave()


async def test_what_a_lost_history_left_is_replaced(filled):
    fills, _ = filled
    await fills.shared.put("key", said("of a history that was lost"), at(999))
    assert not await fills.shared.put("key", said("late"), at(3))
    await fills.shared._redis.expire("key", 3000)  # ten minutes later
    assert await fills.shared.put("key", said("of this one"), at(3))
    assert await fills.shared.get("key") == (said("of this one"), at(3))


async def test_who_does_not_read_their_answer_keeps_nobody_waiting(cluster):
    """An address whose answer is not kept, asked for by someone who lets the server's buffers fill up first."""
    name = await cluster.new_database("curated")
    async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=10") as api:
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", api.port))
        large, missing = "/docs/swagger-ui-bundle.js", "/v1/claims/not-yet-there"
        line.sendall("".join(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n" for path in (large, large, missing)).encode())
        await asyncio.sleep(0.3)
        async with asyncio.timeout(3):
            assert (await api.get(missing)).status_code == 404
        line.close()
    await cluster.drop(name)


async def test_what_another_process_told_of_can_be_asked_for_here(cluster):
    """A cursor, or a position, from a process that heard of a change first."""
    name = await cluster.new_database("curated")
    async with serving(cluster.url(name), f"{cluster.servers.redis_url}?db=10") as api:
        assert (await api.get("/v1/claims?limit=1")).json()["position"] == 175
        api.runtime.coherence.confirmed_until += 3600  # it will not look by itself
        api.runtime.coherence._listener.wake = lambda *_: None
        await published(api.runtime.pool, draft())
        answer = await api.get("/v1/claims/harbour-cranes-4100?as_of=176")
        assert (answer.status_code, answer.json()["version"]) == (200, 1)
        assert (await api.get("/v1/claims?as_of=177")).status_code == 400
    await cluster.drop(name)
