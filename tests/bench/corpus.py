"""A log as large as one likes: the same lines for the same numbers, in the form of an export, every digest right.

`python -m tests.bench.corpus --claims 1000000 --out FILE` writes what `citable restore` reads; `--import` what
`citable import` does. Words are as unevenly used as people use them: a few stand in most statements, most in few.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import repeat
from pathlib import Path
from random import Random
from typing import Any

import click
import msgspec

from schemas.sources import source_id
from tests.bench.vocabulary import (
    AUTHORS,
    GEOGRAPHIES,
    KINDS,
    NAMES,
    PEOPLE,
    PUBLISHERS,
    TAILS,
    TOPICS,
    UNITS,
    VERBS,
    VERIFIERS,
    WORDS,
)

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
YEARS = timedelta(days=730)
CHUNK = 5000
_sorted = msgspec.json.Encoder(order="sorted").encode
_plain = msgspec.json.Encoder().encode


def corpus_lines(claims: int, versions: int = 3, seed: int = 1) -> Iterator[bytes]:
    """The lines of a log in which so many claims have so many versions each, the versions of one far apart."""
    for start in range(0, _moments(claims, versions), CHUNK):
        yield from _lines(start, claims, versions, seed)


def import_lines(claims: int, seed: int = 1) -> Iterator[bytes]:
    """The first version of each claim as a line to import."""
    for claim in range(claims):
        yield _plain(_imported(_version(claim, 1, claims, seed))) + b"\n"


def _moments(claims: int, versions: int) -> int:
    return claims + (versions - 1) * _lag(claims)


def _lag(claims: int) -> int:
    """How many claims begin between one version of a claim and the next."""
    return claims * 3 // 4


def _lines(start: int, claims: int, versions: int, seed: int) -> list[bytes]:
    """The lines of a chunk of moments. At each moment a claim begins, and others go on, each in its turn."""
    lag = _lag(claims)
    position = sum(min(max(start - nth * lag, 0), claims) for nth in range(versions))
    step = YEARS / (claims * versions)
    lines = []
    for moment in range(start, min(start + CHUNK, _moments(claims, versions))):
        for nth in range(versions):
            if 0 <= moment - nth * lag < claims:
                claim = _claim_at(moment - nth * lag, nth, claims)
                recorded_at = FIRST + step * position
                position += 1
                placed = {"version": nth + 1, "position": position, "recorded_at": recorded_at}
                lines.append(_line(placed, _version(claim, nth + 1, claims, seed, nth + 1 == versions)))
    return lines


def _claim_at(place: int, nth: int, claims: int) -> int:
    """Which claim has its turn: the first versions in order, later ones in another order among near neighbours."""
    block = min(1000, max(1, claims // 4))
    first = place // block * block
    size = min(block, claims - first)
    return place if nth == 0 else first + ((place - first) * 1009 + nth * 31) % size  # 1009 is prime


def _line(placed: dict[str, Any], content: dict[str, Any]) -> bytes:
    version = {"id": content.pop("id"), **placed, **content}
    version["digest"] = hashlib.sha256(_sorted(version)).hexdigest()
    return _plain(version) + b"\n"


def _imported(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in ("change", "lifecycle")}


def _version(claim: int, version: int, claims: int, seed: int, last: bool = False) -> dict[str, Any]:
    """What a version of a claim says, without its place."""
    random = Random(seed * 1_000_003_111 + claim).random
    pick = _picker(random)
    number, written = _number(random)
    name, measure = pick(NAMES), _measure(random, claims)
    who = pick(AUTHORS)
    unit = pick(UNITS)
    year = 2019 + int(random() * 6)
    stated = f"{year}-{1 + int(random() * 12):02}" + (f"-{1 + int(random() * 28):02}" if random() < 0.6 else "")
    people, verb, tail = pick(PEOPLE), pick(VERBS), pick(TAILS)
    about = f"{pick(WORDS)} {pick(WORDS)}"
    sources = [_source(random, pick, name, stated, written, unit, claims) for _ in range(2)]
    sources[0]["stance"] = "supports"
    topics = list(dict.fromkeys(pick(TOPICS) for _ in range(1 + int(random() * 3))))
    status = _status(random) if random() < 0.3 else "unverified"
    geography = pick(GEOGRAPHIES)
    stated_by = sources[0]["publisher"] if random() < 0.5 else f"{name} Institute"
    scope = f"Counts {_words(pick, 9)}." if random() < 0.7 else None
    currency = "historical" if random() < 0.1 else "current"
    relations = _relations(random, claim)
    change = {"kind": "created", "severity": "minor", "note": None, "by": who}
    lifecycle = "published"
    comparator = ("eq", "gt", "approx", "gte")[int(random() * 4)]
    if version > 1:
        verb = pick(VERBS) if random() < 0.3 else verb
        status = _status(random)
        change = {"kind": "verification", "severity": "major", "note": f"Checked {_words(pick, 4)}.", "by": "vera"}
    if version > 2:
        number, written = _number(random)
        status = "unverified"
        change = {"kind": "update", "severity": "major", "note": f"Counts {_words(pick, 4)} {version}.", "by": who}
        if last and random() < 0.02:
            lifecycle, change["kind"] = "retracted", "retraction"
        elif random() < 0.1:
            currency = "superseded"
    return {
        "id": _id(claim),
        "statement": f"{people} {verb} {_bound(comparator)}{written} {unit} of {about} {name} {tail} {year}.",
        "quantity": {"value": number, "comparator": comparator, "lower": None, "upper": None, "unit": unit},
        "measure": measure,
        "geography": geography,
        "scope": scope,
        "period": {"start": str(year), "end": str(year)},
        "stated_on": stated,
        "attributed_to": stated_by,
        "topics": topics,
        "lifecycle": lifecycle,
        "currency": currency,
        "verification": {
            "status": status,
            "rationale": f"Read {_words(pick, 8)}." if status != "unverified" else "Nobody has looked yet.",
            "caveats": [f"Leaves out {_words(pick, 5)}."] if status == "verified_with_caveats" else [],
            "decided_on": "2025-12-01" if status != "unverified" else None,
            "decided_by": pick(VERIFIERS) if status != "unverified" else None,
        },
        "sources": sources,
        "relations": relations,
        "change": change,
    }


def _picker(random: Callable[[], float]) -> Callable[[tuple[str, ...]], str]:
    """Picks a word so that the second of a list comes half as often as the first, the third a third (Zipf)."""
    return lambda words: words[int((len(words) + 1) ** random()) - 1]


def _words(pick: Callable[[tuple[str, ...]], str], count: int) -> str:
    return " ".join([pick(WORDS) for _ in range(count)])


def _number(random: Callable[[], float]) -> tuple[str, str]:
    """A number as its digits, and as a statement words it."""
    kind, digits = random(), 1 + int(random() * 99)
    if kind < 0.3:
        return str(digits), f"{digits}%"
    if kind < 0.5:
        return str(digits * 10**9), f"{digits} billion"
    if kind < 0.75:
        return str(digits * 10**6), f"{digits} million"
    exact = int(10 ** (2 + random() * 5))
    return str(exact), f"{exact:,}"


def _bound(comparator: str) -> str:
    return {"eq": "", "gt": "more than ", "approx": "about ", "gte": "at least "}[comparator]


def _status(random: Callable[[], float]) -> str:
    return ("verified", "verified_with_caveats", "disputed", "unsupported", "refuted")[int(random() ** 2 * 5)]


def _measure(random: Callable[[], float], claims: int) -> str:
    """One of the measures, of which there are two thousand for a million claims."""
    number = int(max(10, claims // 500) * random() ** 1.3)
    unit, word = UNITS[number % len(UNITS)], WORDS[number * 7 % len(WORDS)]
    return f"{unit.replace(' ', '-')}-of-{word}-{number}".lower()


def _id(claim: int) -> str:
    words = [WORDS[claim * step % len(WORDS)].lower() for step in (7, 11, 13)]
    return f"{'-'.join(words)}-{claim}"


def _relations(random: Callable[[], float], claim: int) -> list[dict[str, str]]:
    """Mostly none; else one to a claim that began earlier, so that every beginning of the log stands by itself."""
    if claim == 0 or random() > 0.1:
        return []
    other = claim - 1 - int(random() * min(claim, 500))
    kind = ("competes_with", "context_for", "contradicts", "derived_from")[int(random() * 4)]
    return [{"type": kind, "claim": _id(other)}]


def _source(
    random: Callable[[], float], pick: Callable[[tuple[str, ...]], str], name: str, stated: str, written: str,
    unit: str, claims: int,
) -> dict[str, Any]:  # fmt: skip
    """A document that supports or contradicts a claim: one of two for every three claims."""
    publisher = pick(PUBLISHERS)
    document = int(random() * max(10, claims * 2 // 3))
    url = f"https://{publisher.split()[0].lower()}.example/{document}"
    return {
        "id": f"{_slug_of(publisher)}-{hashlib.sha256(url.encode()).hexdigest()[:8]}",
        "title": f"{name} {_words(pick, 5)}",
        "publisher": publisher,
        "url": url,
        "archive_url": None,
        "published_on": stated,
        "retrieved_on": "2025-11-20",
        "kind": KINDS[int(random() * len(KINDS))],
        "stance": ("supports", "contradicts", "context")[int(random() ** 2 * 3)],
        "quote": f"{_words(pick, 8)} {written} {unit} {_words(pick, 5)}",
        "locator": None,
        "read_as": "document",
    }


@cache
def _slug_of(publisher: str) -> str:
    return source_id(publisher, "", "").rpartition("-")[0]


@click.command()
@click.option("--claims", type=int, required=True)
@click.option("--versions", type=int, default=3, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--import", "to_import", is_flag=True, help="Lines to import, one a claim, and not of a log.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def main(claims: int, versions: int, seed: int, to_import: bool, out: Path) -> None:
    """Write a log of so many claims to a file, with every core there is."""
    with out.open("wb") as file, ProcessPoolExecutor(os.cpu_count()) as pool:
        if to_import:
            file.writelines(import_lines(claims, seed))
            return
        starts = range(0, _moments(claims, versions), CHUNK)
        for lines in pool.map(_lines, starts, repeat(claims), repeat(versions), repeat(seed)):
            file.writelines(lines)


if __name__ == "__main__":
    main()
