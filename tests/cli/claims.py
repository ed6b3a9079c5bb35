"""Lines of files to import: a claim that breaks no rule, and claims made from it."""

from typing import Any

import msgspec

from db.log import whole_log
from db.pool import Pool, unhurried
from schemas.claims import ClaimVersion
from tests.given import with_changes

PLAIN: dict[str, Any] = {
    "id": "plain",
    "statement": "Lighthouses answered 6,200 calls.",
    "quantity": {"value": "6200", "comparator": "eq", "lower": None, "upper": None, "unit": "calls"},
    "measure": "lighthouse-calls",
    "geography": "WORLD",
    "scope": None,
    "period": {"start": "2025", "end": "2025-06"},
    "stated_on": "2026-01",
    "attributed_to": "Keeper's Almanac",
    "topics": ["lighthouses"],
    "currency": "current",
    "verification": {"status": "unverified", "rationale": "Nobody has looked yet."},
    "sources": [
        {
            "title": "Almanac of calls",
            "publisher": "Keeper's Almanac",
            "url": "https://almanac.example/calls",
            "published_on": "2026-01",
            "kind": "primary",
            "stance": "supports",
            "read_as": "document",
        }
    ],
    "relations": [],
}


def claim(id: str = "plain", **changed: Any) -> dict[str, Any]:
    """The plain claim under an id, with fields changed; `quantity__value` names a field inside another."""
    return with_changes(PLAIN, {"id": id, **changed})


def related(id: str, *relations: tuple[str, str], **changed: Any) -> dict[str, Any]:
    """A claim with relations, each a type and the claim it is to."""
    return claim(id, relations=[{"type": kind, "claim": other} for kind, other in relations], **changed)


def file_of(*claims: dict[str, Any] | bytes) -> list[bytes]:
    """The lines of a file with these claims; bytes stand as they are."""
    lines = [each if isinstance(each, bytes) else msgspec.json.encode(each) for each in claims]
    return [line + b"\n" for line in lines]


async def log_of(pool: Pool) -> list[ClaimVersion]:
    """Every version there is."""
    async with unhurried(pool, readonly=True) as connection:
        return [version async for version in whole_log(connection)]


async def newest_of(pool: Pool, id: str) -> ClaimVersion:
    """A claim's newest version."""
    return [version for version in await log_of(pool) if version.id == id][-1]
