"""What a process keeps is bounded, and what is hot stays when something else is only looked through."""

import random
import tracemalloc

import pytest

from service.cache.encodings import CODINGS
from service.cache.memory import Entry, Memory
from service.cache.policies import CURRENT
from service.cache.representation import Kept, represented
from service.cache.shared import Point
from service.web.envelope import ALWAYS

MEGABYTE = 1_000_000


def entry(size: int, seed: int = 0) -> Entry:
    body = random.Random(seed).randbytes(size)
    links = (("link", "</v1/claims/some-claim/versions/1>; rel=first" + "x" * 200), ("vary", "Accept"))
    return Entry(Kept(represented(body, "text/plain", seed, links), CURRENT, pinned=False), Point(1, "d" * 16))


def request(number: int) -> tuple[bytes, bytes, bytes]:
    return (b"/v1/claims/claim-%d" % number, b"", b"")


def test_what_is_hot_survives_a_scan():
    memory = Memory(MEGABYTE)
    hot, kept = range(50), entry(2000)
    for number in hot:
        memory.put(request(number), entry(2000))
        memory.get(request(number))
    for number in range(1000, 20_000):
        assert memory.get(request(number)) is None
        memory.put(request(number), kept)
    assert [number for number in hot if memory.get(request(number)) is None] == []


def test_what_is_no_longer_asked_for_makes_room_for_what_is():
    memory = Memory(MEGABYTE)
    for number in range(1000):  # each once hot, one after the other
        memory.put(request(number), entry(2000))
        memory.get(request(number))
        memory.get(request(number))
    assert memory.get(request(0)) is None
    assert memory.get(request(999)) is not None


@pytest.mark.parametrize("seed", range(5))
def test_it_is_bounded_whatever_happens(seed):
    chance, memory, there = random.Random(seed), Memory(MEGABYTE), {}
    for _ in range(5000):
        key = request(chance.randrange(800))
        match chance.randrange(4):
            case 0:
                memory.get(key)
            case 1:
                memory.drop(key)
                there.pop(key, None)
            case 2:
                found = memory.get(key)
                if found is not None:
                    assert found is there[key]
                    found.variants["gzip"] = found.encoded("gzip")
                    memory.grown(key, found)
            case _:
                there[key] = entry(chance.choice((10, 500, 5000, 50_000, 200_000)))
                memory.put(key, there[key])
        assert 0 <= memory.size <= MEGABYTE
    for key in list(there):
        memory.drop(key)
    assert (memory.size, len(memory)) == (0, 0)


def test_the_bytes_it_counts_are_the_bytes_it_takes():
    """A bound in bytes that is wrong by a factor is no bound."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    memory = Memory(20 * MEGABYTE)
    for number in range(20_000):
        made = entry(2000 + number % 3000, number)
        made.variants["identity"].head(False, ALWAYS)
        memory.put(request(number), made)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert memory.size > 19 * MEGABYTE
    assert 0.7 < taken / memory.size < 1.3


@pytest.mark.parametrize("links", [200, 10_000])
def test_header_fields_and_codings_are_counted(links):
    """Whoever asks with a long query has it repeated in each link, and in each coding."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    memory = Memory(20 * MEGABYTE)
    for number in range(3000):
        body = f"{number} a word or two ".encode() * 300
        kept = Kept(represented(body, "text/plain", 1, (("link", f"{number}" * links),)), CURRENT, pinned=False)
        made = Entry(kept, Point(1, "d" * 16))
        for coding in CODINGS:
            made.variants[coding] = made.encoded(coding)
            made.variants[coding].head(False, ALWAYS)
        memory.put(request(number), made)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert memory.size > 19 * MEGABYTE
    assert 0.5 < taken / memory.size < 1.3


def test_one_answer_does_not_take_it_all_and_none_keeps_nothing():
    memory = Memory(MEGABYTE)
    assert memory.put(request(1), entry(2000))
    assert not memory.put(request(2), entry(200_000))
    assert memory.get(request(1)) is not None
    assert not Memory(0).put(request(1), entry(10))


def test_what_has_grown_too_large_is_let_go():
    memory = Memory(MEGABYTE)
    large = entry(100_000)
    assert memory.put(request(1), large)
    large.variants["br"] = large.encoded("br")
    memory.grown(request(1), large)
    assert memory.get(request(1)) is None
    assert memory.size == 0
