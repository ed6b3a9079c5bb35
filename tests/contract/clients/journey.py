"""A reader's and an editor's day with the generated Python client: what it saw, as JSON.

python journey.py URL KEY ID
"""

import json
import sys
from http import HTTPStatus
from typing import Any

from citable_client import AuthenticatedClient, Client
from citable_client.api.claims import get_claim, list_claims
from citable_client.api.editing import create_claim, revise_claim
from citable_client.models import (
    Claim,
    ClaimPage,
    ClaimPatch,
    ClaimVersion,
    MismatchProblem,
    NewClaim,
    NewQuantity,
    Problem,
    QuantityPatch,
    Sort,
)
from citable_client.types import UNSET, Unset


def listed(citable: Client) -> list[str]:
    """The ids of all claims of the curated set, a page at a time."""
    ids: list[str] = []
    cursor: str | Unset = UNSET
    while True:
        page = list_claims.sync(client=citable, as_of="175", sort=Sort.ID, limit=50, cursor=cursor)
        assert isinstance(page, ClaimPage), page
        ids += [claim.id for claim in page.items]
        if page.next_ is None:
            return ids
        cursor = page.next_


def found(citable: Client) -> dict[str, Any]:
    """The best match of a search."""
    page = list_claims.sync(client=citable, q="10 billion downloads", limit=1)
    assert isinstance(page, ClaimPage), page
    claim = page.items[0]
    return {"id": claim.id, "value": claim.quantity.value, "status": claim.verification.status}


def repeated(citable: Client) -> int:
    """The status of asking for a claim that is held already."""
    first = get_claim.sync_detailed("cn-ai-firms-6200", client=citable)
    again = get_claim.sync_detailed("cn-ai-firms-6200", client=citable, if_none_match=first.headers["ETag"])
    return int(again.status_code)


def draft(id: str, value: str) -> NewClaim:
    """A claim to publish."""
    return NewClaim(
        id=id,
        statement=f"Harbours run {value} automated cranes.",
        quantity=NewQuantity(unit="cranes", value=value),
        measure="automated-cranes",
        geography="WORLD",
        attributed_to="Port Register",
    )


def edited(desk: AuthenticatedClient, id: str) -> dict[str, Any]:
    """A claim created, revised, revised once more by someone who did not look, and read as it was first."""
    created = create_claim.sync_detailed(client=desk, body=draft(id, "4100"), idempotency_key=f'"{id}"')
    assert isinstance(created.parsed, ClaimVersion), created
    tag = created.headers["ETag"]
    patch = ClaimPatch(quantity=QuantityPatch(value="4200"), statement="Harbours run 4200 automated cranes.")
    revised = revise_claim.sync(id, client=desk, body=patch, if_match=tag)
    assert isinstance(revised, ClaimVersion), revised
    stale = revise_claim.sync_detailed(id, client=desk, body=patch, if_match=tag)
    assert isinstance(stale.parsed, MismatchProblem), stale
    before = get_claim.sync(id, client=desk, as_of=str(created.parsed.position))
    assert isinstance(before, Claim), before
    return {
        "created": created.parsed.version,
        "revised": [revised.version, revised.quantity.value],
        "stale": [int(stale.status_code), stale.parsed.type_, stale.parsed.current.version],
        "before": [before.version, before.quantity.value],
    }


def refused(desk: AuthenticatedClient, id: str) -> list[Any]:
    """What a claim without a readable number is told."""
    problem = create_claim.sync(client=desk, body=draft(f"{id}-refused", "many"))
    assert isinstance(problem, Problem), problem
    return [problem.status, problem.type_, problem.errors[0].pointer]


def main(url: str, key: str, id: str) -> None:
    """The day."""
    citable = Client(base_url=url)
    desk = AuthenticatedClient(base_url=url, token=key)
    missing = get_claim.sync_detailed("no-such-claim", client=citable)
    assert missing.status_code == HTTPStatus.NOT_FOUND
    day = {"listed": listed(citable), "found": found(citable), "repeated": repeated(citable)}
    json.dump({**day, **edited(desk, id), "refused": refused(desk, id)}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
