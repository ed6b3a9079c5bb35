"""The policy by which claims are checked, as people read it. Pure."""

from schemas.verification import Status
from service.rendering.pages import page
from service.rendering.standing import STANDINGS

TESTS = {
    Status.VERIFIED: "Value, comparator, unit, scope, geography and period, all as the claim words them, were "
    "reproduced from a primary source, or from two sources that do not depend on each other.",
    Status.VERIFIED_WITH_CAVEATS: "The number was reproduced, but some element of the wording needs a caveat: what is "
    "counted, where, or when. The caveat is stated beside the number, and belongs in every quotation.",
    Status.DISPUTED: "Credible sources give materially different values for the same thing, and none settles it. Both "
    "sides are listed.",
    Status.UNSUPPORTED: "A search whose date is recorded found no source that meets this policy. That does not make "
    "the claim wrong; it means that nobody can show that it is right.",
    Status.REFUTED: "Authoritative evidence contradicts the claim as it is worded.",
    Status.UNVERIFIED: "The claim is recorded, and the checklist is not done. Nothing is said about whether it is "
    "right.",
}
"""What each status takes."""


def verification_page(origin: str) -> bytes:
    """The policy, with the test of each status; `origin` is where we are."""
    statuses = [(str(status), STANDINGS[status], test) for status, test in TESTS.items()]
    return page("verification.html", nav="verification", statuses=statuses, origin=origin)
