"""Records to test with: a draft that breaks no rule, and drafts made from it."""

import random
from typing import Any

import msgspec

from db.log import append_versions
from db.pool import Pool, writing
from schemas.claims import ClaimVersion, Draft

PLAIN: dict[str, Any] = {
    "id": "harbour-cranes-4100",
    "statement": "Harbours run 4,100 automated cranes.",
    "quantity": {"value": "4100", "comparator": "eq", "lower": None, "upper": None, "unit": "cranes"},
    "measure": "automated-cranes",
    "geography": "WORLD",
    "scope": None,
    "period": {"start": "2025", "end": "2025"},
    "stated_on": "2026-01",
    "attributed_to": "Port Register",
    "topics": ["ports"],
    "lifecycle": "published",
    "currency": "current",
    "verification": {
        "status": "unverified",
        "rationale": "Nobody has looked yet.",
        "caveats": [],
        "decided_on": None,
        "decided_by": None,
    },
    "sources": [
        {
            "id": "port-register-0a1b2c3d",
            "title": "Register of cranes",
            "publisher": "Port Register",
            "url": "https://register.example/cranes",
            "archive_url": None,
            "published_on": "2026-01",
            "retrieved_on": None,
            "kind": "primary",
            "stance": "supports",
            "quote": None,
            "locator": None,
            "read_as": "document",
        }
    ],
    "relations": [],
    "change": {"kind": "created", "severity": "minor", "note": None, "by": "desk"},
}

WORDS = ("quartz", "walnut", "falcon", "meadow", "copper", "lantern", "glacier", "thimble", "orchard", "bishop")
"""Words that are no form and no misspelling of one another, and that nothing but a statement holds."""


def fields(**changed: Any) -> dict[str, Any]:
    """The plain record as JSON, with fields changed; `quantity__value` names a field inside another."""
    return with_changes(PLAIN, changed)


def with_changes(plain: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """A copy of a record with fields changed; `quantity__value` names a field inside another."""
    record: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(plain))
    for name, value in changed.items():
        target = record
        *path, last = name.split("__")
        for step in path:
            target = target[step]
        target[last] = value
    return record


def draft(**changed: Any) -> Draft:
    """The plain draft with fields changed."""
    return msgspec.convert(fields(**changed), Draft)


def random_draft(chance: random.Random, id: str, newest: ClaimVersion | None) -> Draft:
    """A first version of a claim, or a random revision of its newest one."""
    statement = " ".join(["Of", *chance.sample(WORDS, chance.randint(1, 4)), str(chance.randint(1, 9999))])
    status = chance.choice(["unverified", "verified", "disputed", "refuted"])
    retracted = newest is not None and chance.random() < 0.02
    kind = "created" if newest is None else "retraction" if retracted else "correction"
    return draft(
        id=id,
        statement=statement,
        quantity__value=chance.choice([None, f"{chance.randint(0, 500)}.{chance.randint(0, 99):02}", "7"]),
        measure=chance.choice(["masts", "cranes-in-use"]),
        geography=chance.choice(["CN", "US", "EU"]),
        stated_on=chance.choice([None, "2024", "2025-06", "2026-02-11"]),
        topics=chance.sample(["ports", "rail", "mills"], chance.randint(0, 3)),
        lifecycle="retracted" if retracted else "published",
        currency=chance.choice(["current", "historical"]),
        verification__status=status,
        change={"kind": kind, "severity": "major", "note": "Because.", "by": "desk"},
    )


async def published(pool: Pool, *drafts: Draft) -> list[ClaimVersion]:
    """Appends drafts in one transaction."""
    async with writing(pool) as connection:
        return await append_versions(connection, drafts)


def record_of(claim: dict) -> dict:
    """The version that a claim as it is read is: all of it but how its number is said."""
    quantity = dict(claim["quantity"])
    del quantity["display"]
    return {**claim, "quantity": quantity}


def read_bodies(bodies: list[msgspec.Raw]) -> list[ClaimVersion]:
    """Versions as they are served, read."""
    return [msgspec.json.decode(body, type=ClaimVersion) for body in bodies]
