"""What drafts do to the log: the versions to append for them, and every rule that forbids it. Shared by all writers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from db.claims import missing_claims, newest_superseding, newest_versions, supersessions_below
from db.log import append_versions, hold_head
from db.pool import Reading, Writing
from schemas.claims import ClaimVersion, Draft, Relation
from schemas.failures import Fault, RuleBroken
from schemas.fields import LARGEST_INTEGER
from schemas.rules import broken_rules
from schemas.verification import Currency, Lifecycle
from service.revision import revisions, superseded, superseding_anew, supersession_circle, unretractable


class BrokenRule(NamedTuple):
    """A rule that a claim's next version would break: whose, where (a JSON Pointer into it), what, and its name."""

    id: str
    pointer: str
    sentence: str
    rule: str


@dataclass(frozen=True)
class Plan:
    """The versions to append, the version each was made from (0: none yet), and what forbids them."""

    changes: list[Draft]
    expects: list[int]
    broken: list[BrokenRule]


async def planned(connection: Reading, drafts: Sequence[Draft], current: Mapping[str, ClaimVersion]) -> Plan:
    """What must be appended so that each claim reads as its draft does, the claims it supersedes included.

    `current` holds the newest version of each draft's claim as its author knows it; a claim that is not there is new.
    """
    ids = {draft.id for draft in drafts}
    named = {relation.claim for draft in drafts for relation in draft.relations} - ids
    unknown = set(await missing_claims(connection, sorted(named), LARGEST_INTEGER)) if named else set()
    told = {older for draft in drafts for older in superseded(draft)} - ids
    known = {**current, **{v.id: v for v in (await newest_versions(connection, told) if told else [])}}
    related = {d.id for d in drafts if d.id in current and _standing(d) != _standing(current[d.id])}
    superseding = await newest_superseding(connection, related) if related else []
    broken = [*_between(drafts, known, unknown)]
    anew = superseding_anew(drafts, current)
    if anew:
        below = await supersessions_below(connection, {older for draft in drafts for older in superseded(draft)})
        circle = supersession_circle(drafts, below, anew)
        if circle:
            broken.append(BrokenRule(circle[0], "/relations", circle[1], "supersession_has_no_circle"))
    changes = revisions(drafts, known, superseding)
    expects = [known[change.id].version if change.id in known else 0 for change in changes]
    return Plan(changes, expects, [*broken, *_within(changes)])


async def publish(
    connection: Writing,
    drafts: Sequence[Draft],
    current: Mapping[str, ClaimVersion],
    where: Callable[[str], str] = str,
    lines: Mapping[str, int] | None = None,
) -> list[ClaimVersion]:
    """Appends what the drafts change, the claims they supersede included. RuleBroken names every rule against it.

    `where` turns a place in a version into one in what was sent, `lines` says which line a claim stands on.
    """
    if superseding_anew(drafts, current):
        await hold_head(connection)  # who else supersedes whom must not change until this is there
    plan = await planned(connection, drafts, current)
    sent = {draft.id for draft in drafts}
    faults = [
        Fault(b.sentence, pointer=where(b.pointer), line=(lines or {}).get(b.id), rule=b.rule)
        if b.id in sent
        else _told(b, drafts, lines or {})
        for b in plan.broken
    ]
    faults += _unsaid(drafts, current, plan.changes)
    if faults:
        raise RuleBroken(faults)
    return await append_versions(connection, plan.changes, plan.expects)


def _told(broken: BrokenRule, drafts: Sequence[Draft], lines: Mapping[str, int]) -> Fault:
    """A rule that a claim breaks which is only told of a draft: it is mended where the draft says it supersedes it."""
    said_by, place = next(
        (draft.id, place)
        for draft in drafts
        for place, relation in enumerate(draft.relations)
        if relation.claim == broken.id
    )
    return Fault(broken.sentence, pointer=f"/relations/{place}", line=lines.get(said_by), rule=broken.rule)


def _unsaid(drafts: Sequence[Draft], current: Mapping[str, ClaimVersion], changes: Sequence[Draft]) -> list[Fault]:
    """What a draft takes back that another claim says: that it supersedes this one."""
    relations = {change.id: change.relations for change in changes}
    faults = []
    for draft in drafts:
        if draft.id in current and draft.relations != current[draft.id].relations:
            kept = relations.get(draft.id, current[draft.id].relations)
            newer = [relation.claim for relation in kept if relation not in draft.relations]
            if newer:
                sentence = f"{', '.join(newer)} supersedes {draft.id}: change it first."
                faults.append(Fault(sentence, pointer="/relations", rule="superseded_is_told"))
    return faults


def _standing(claim: Draft | ClaimVersion) -> tuple[Currency, list[Relation]]:
    return claim.currency, claim.relations


def _between(drafts: Sequence[Draft], known: Mapping[str, ClaimVersion], unknown: set[str]) -> Iterator[BrokenRule]:
    """What is wrong with the drafts in front of what the log already holds."""
    for draft in drafts:
        before = known.get(draft.id)
        if before and Lifecycle.RETRACTED in (before.lifecycle, draft.lifecycle):
            for name, sentence in unretractable(draft, before):
                yield BrokenRule(draft.id, f"/{name}", sentence, "retracted_is_final")
        for place, relation in enumerate(draft.relations):
            if relation.claim in unknown:
                sentence = f"There is no claim {relation.claim}."
                yield BrokenRule(draft.id, f"/relations/{place}/claim", sentence, "relation_points_at_a_claim")
            if relation in draft.relations[:place]:
                yield BrokenRule(draft.id, f"/relations/{place}", "The relation is there already.", "relations_differ")
        for place, topic in enumerate(draft.topics):
            if topic in draft.topics[:place]:
                yield BrokenRule(draft.id, f"/topics/{place}", "The topic is there already.", "topics_differ")


def _within(changes: Sequence[Draft]) -> Iterator[BrokenRule]:
    """What is wrong with each version by itself."""
    for change in changes:
        for broken in broken_rules(change):
            yield BrokenRule(change.id, broken.pointer, broken.sentence, broken.rule)
