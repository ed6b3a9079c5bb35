"""A log in which claims have changed: one claim in four versions, each recorded at another instant."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec
import pytest

from schemas.claims import Change, ChangeKind, ClaimVersion, Draft, Severity
from schemas.sources import Stance
from schemas.verification import Lifecycle
from tests.databases import Cluster
from tests.serving import Api
from tests.web.asking import own_api, revise

CHANGED = "cn-ai-firms-6200"
RETRACTED = "cn-ai-firms-6000-2025"


@dataclass(frozen=True)
class History:
    """The API on that log, and the versions as the log gave them: of the changed claim from its second one on."""

    api: Api
    added: list[ClaimVersion]
    retraction: ClaimVersion


def reworded(draft: Draft) -> Draft:
    """Another statement, another number, one topic less and one more, the sources in another order."""
    quantity = msgspec.structs.replace(draft.quantity, value="6300")
    topics = [*draft.topics[1:], "a-new-topic"]
    statement = f'{draft.statement} ~ / "again" é'
    return msgspec.structs.replace(
        draft, statement=statement, quantity=quantity, topics=topics, sources=draft.sources[::-1]
    )


def without_scope(draft: Draft) -> Draft:
    """Null where there was a value, and fewer sources."""
    supporting = [source for source in draft.sources if source.stance is Stance.SUPPORTS]
    return msgspec.structs.replace(draft, scope=None, stated_on="2026", sources=supporting[:1])


def corrected(draft: Draft) -> Draft:
    """The number of the second version again, in a range."""
    quantity = msgspec.structs.replace(draft.quantity, value="6250", lower="6200", upper="6300.50")
    return msgspec.structs.replace(draft, quantity=quantity, relations=[], topics=[])


def retracted(draft: Draft) -> Draft:
    """The claim withdrawn."""
    change = Change(kind=ChangeKind.RETRACTION, severity=Severity.MAJOR, note="It was wrong.", by="a test")
    return msgspec.structs.replace(draft, lifecycle=Lifecycle.RETRACTED, change=change)


@pytest.fixture(scope="session")
async def history(cluster: Cluster) -> AsyncIterator[History]:
    """Four versions of one claim, and a claim that is retracted."""
    async with own_api(cluster) as api:
        added = []
        for change in (reworded, without_scope, corrected):
            added += await revise(api, [CHANGED], change)
        (retraction,) = await revise(api, [RETRACTED], retracted)
        yield History(api, added, retraction)
