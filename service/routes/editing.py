"""Changing claims: each request appends what it says to the log, once, or says why not."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import msgspec
from litestar.response.base import ASGIResponse

from db.claims import author_of, newest_versions
from db.idempotency import Answered
from db.pool import Writing
from schemas.addresses import claim_path, version_path
from schemas.claims import ClaimId, ClaimVersion, Draft
from schemas.editing import AppendedVersion, BulkAnswer, ClaimPatch, NewClaim, NewRetraction, NewVerdict
from schemas.failures import AlreadyExists, Fault, InvalidRequest, NotFound, Retracted, RuleBroken, VersionMismatch
from schemas.keys import Role
from schemas.rules import first_day, is_same_person
from schemas.verification import Lifecycle, Status
from service.cache.representation import JSON
from service.editing import created, judged, revised, withdrawn
from service.publication import publish
from service.routes.claims import claim_tags
from service.web.bodies import NDJSON
from service.web.endpoints import patch, post
from service.web.headers import IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH_ANY, LOCATION
from service.web.writes import Write, represented_version

_CHANGING = (NotFound, VersionMismatch, Retracted, RuleBroken)
_CREATING = (AlreadyExists, VersionMismatch, RuleBroken)
_TO_CHANGE = (IF_MATCH, IDEMPOTENCY_KEY)
_TO_CREATE = (IF_NONE_MATCH_ANY, IDEMPOTENCY_KEY)

_CLAIM = {
    "id": "harbour-cranes-4100",
    "statement": "Harbours run 4,100 automated cranes.",
    "quantity": {"value": "4100", "comparator": "eq", "unit": "cranes"},
    "measure": "automated-cranes",
    "geography": "WORLD",
    "attributed_to": "Port Register",
    "stated_on": "2026-01",
    "sources": [
        {
            "title": "Register of cranes", "publisher": "Port Register", "url": "https://register.example/cranes",
            "kind": "primary", "stance": "supports", "read_as": "document",
        }
    ],
}  # fmt: skip
_LINE = {**_CLAIM, "id": "harbour-cranes-3900", "statement": "Harbours run 3,900 automated cranes."}
_PATCH = {
    "quantity": {"value": "4200"},
    "statement": "Harbours run 4,200 automated cranes.",
    "change": {"note": "Counted."},
}
_VERDICT = {
    "status": "verified_with_caveats", "rationale": "The register says so.", "caveats": ["Large ports only."],
    "decided_on": "2026-02",
}  # fmt: skip

Make = Callable[[Writing, ClaimVersion], Awaitable[Draft]]


@post("/v1/claims", "Editing", ClaimVersion, role=Role.EDITOR, failures=_CREATING, reads=_TO_CREATE, sends=(LOCATION,),
      example=_CLAIM)  # fmt: skip
async def create_claim(write: Write, body: NewClaim) -> ASGIResponse:
    """Publishes a claim: its first version, `unverified`.

    A claim it `supersedes` gets a version that says so, in the same moment. If there is a claim of that id already, the
    answer is 409; with `If-None-Match: *` it is 412, with the claim.
    """

    async def work(connection: Writing) -> Answered:
        for existing in await newest_versions(connection, [body.id]):
            sentence = f"There is a claim {body.id} already, at version {existing.version}."
            if write.headers.get("if-none-match", "").strip() == "*":
                raise VersionMismatch(sentence, existing)
            raise AlreadyExists([Fault(sentence, pointer="/id")])
        versions = await publish(connection, [created(body, write.by.name)], {})
        return _answered(versions[0], 201, claim_path(body.id))

    return await write.once(work)


@patch("/v1/claims/{id}", "Editing", ClaimVersion, role=Role.EDITOR, failures=_CHANGING, reads=_TO_CHANGE,
       example=_PATCH)  # fmt: skip
async def revise_claim(write: Write, body: ClaimPatch, id: ClaimId) -> ASGIResponse:
    """Revises a claim with a merge patch (RFC 7396): its next version, or the one there is if nothing changes.

    A verdict falls with what it was about: when the statement, number, measure, geography, scope or period, or a source
    it was checked with changes, and when whoever gave it changes anything, the claim is `unverified` again, and the
    change `major`. More sources, and other capitals, spaces or punctuation, leave it. Another number is always `major`,
    and only words can have a `typo`.
    """

    async def make(_: Writing, current: ClaimVersion) -> Draft:
        return revised(current, body, write.by.name)

    return await _change(write, id, 200, make)


@post(
    "/v1/claims/{id}/verification", "Editing", ClaimVersion, role=Role.VERIFIER, failures=_CHANGING, reads=_TO_CHANGE,
    sends=(LOCATION,), repeats=True, example=_VERDICT,
)  # fmt: skip
async def verify_claim(write: Write, body: NewVerdict, id: ClaimId) -> ASGIResponse:
    """Gives a verdict on a claim: its next version. Whoever wrote its newest content may not (`four_eyes`)."""
    today = write.runtime.now().date()
    decided = first_day(body.decided_on) if body.decided_on else None
    if decided and decided > today + timedelta(days=1):  # somewhere it is tomorrow already
        raise RuleBroken([Fault(f"{body.decided_on} has not come yet.", pointer="/decided_on", rule="decided_already")])

    async def make(connection: Writing, current: ClaimVersion) -> Draft:
        author = await author_of(connection, id)
        if body.status is not Status.UNVERIFIED and is_same_person(write.by.name, author):
            sentence = f"{write.by.name} wrote the newest content of {id}: someone else must verify it."
            raise RuleBroken([Fault(sentence, pointer="/status", rule="four_eyes")])
        return judged(current, body, write.by.name, today.isoformat())

    return await _change(write, id, 201, make, _in_verdict)


@post(
    "/v1/claims/{id}/retraction", "Editing", ClaimVersion, role=Role.EDITOR, failures=_CHANGING, reads=_TO_CHANGE,
    sends=(LOCATION,), example={"reason": "The register never said so."},
)  # fmt: skip
async def retract_claim(write: Write, body: NewRetraction, id: ClaimId) -> ASGIResponse:
    """Withdraws a claim, for a reason its readers see: its last version. It stays readable."""

    async def make(_: Writing, current: ClaimVersion) -> Draft:
        return withdrawn(current, body, write.by.name)

    return await _change(write, id, 201, make)


@post(
    "/v1/claims/bulk", "Editing", BulkAnswer, role=Role.EDITOR, failures=(AlreadyExists, RuleBroken),
    reads=(IDEMPOTENCY_KEY,), takes=NDJSON, example=msgspec.json.encode(_LINE).decode() + "\n",
)  # fmt: skip
async def create_claims(write: Write, body: list[NewClaim]) -> ASGIResponse:
    """Publishes up to 1000 claims, a line of JSON each: all of them at once, or none. Errors name their lines."""
    lines = {claim.id: number for number, claim in enumerate(body, 1)}
    drafts = _drafts(body, write.by.name)

    async def work(connection: Writing) -> Answered:
        existing = await newest_versions(connection, lines)
        if existing:
            raise AlreadyExists(
                [Fault(f"There is a claim {v.id} already.", pointer="/id", line=lines[v.id]) for v in existing]
            )
        versions = await publish(connection, drafts, {}, lines=lines)
        items = [
            AppendedVersion(
                line=lines.get(v.id), id=v.id, version=v.version, position=v.position, url=version_path(v.id, v.version)
            )
            for v in versions
        ]
        answer = BulkAnswer(items=items, position=versions[-1].position)
        return Answered(201, [("content-type", JSON), ("cache-control", "no-store")], msgspec.json.encode(answer))

    return await write.once(work)


async def _change(write: Write, id: str, status: int, make: Make, where: Callable[[str], str] = str) -> ASGIResponse:
    """Appends the next version of a claim that still is as the caller read it.

    `where` turns the place of a broken rule in the version into one in what was sent.
    """
    write.require_condition()

    async def work(connection: Writing) -> Answered:
        found = await newest_versions(connection, [id])
        if not found:
            raise NotFound(f"There is no claim {id}.")
        current = found[0]
        write.require_match(current, claim_tags(current))
        if current.lifecycle is Lifecycle.RETRACTED:
            raise Retracted(f"{id} is retracted: it can only be read.")
        versions = await publish(connection, [await make(connection, current)], {id: current}, where)
        appended = [version for version in versions if version.id == id]
        newest = appended[0] if appended else current
        return _answered(newest, status if appended else 200, version_path(id, newest.version))

    return await write.once(work)


def _drafts(claims: Sequence[NewClaim], by: str) -> list[Draft]:
    drafts: dict[str, Draft] = {}
    faults: list[Fault] = []
    for number, claim in enumerate(claims, 1):
        if claim.id in drafts:
            faults.append(Fault(f"{claim.id} stands on a line before.", pointer="/id", line=number))
            continue
        try:
            drafts[claim.id] = created(claim, by)
        except InvalidRequest as refused:
            faults += [Fault(f.detail, pointer=f.pointer, line=number) for f in refused.faults]
    if faults:
        raise InvalidRequest(faults)
    return list(drafts.values())


def _in_verdict(pointer: str) -> str:
    """Where a verdict decides what a pointer into the version names: in its own fields, else by its status."""
    return pointer.removeprefix("/verification") if pointer.startswith("/verification/") else "/status"


def _answered(version: ClaimVersion, status: int, location: str) -> Answered:
    found = represented_version(version)
    headers = [
        ("content-type", found.media_type),
        ("etag", found.etag),
        ("content-location", version_path(version.id, version.version)),
        ("cache-control", "no-store"),
        *found.headers,
    ]
    if status == 201:
        headers.append(("location", location))
    return Answered(status, headers, found.body)


endpoints = (create_claim, create_claims, revise_claim, verify_claim, retract_claim)
