"""Every exception from what schemathesis expects, each with the reason for it. There are no others."""

import schemathesis
from schemathesis.openapi.checks import EnsureResourceAvailability, UseAfterFree

from tests.fuzz.callers import SECRETS
from tests.fuzz.known import NOBODY, session

_CURSOR = "it is opaque: only one that was given as `next`, to this very question, can be read"
_AS_OF = "an instant or position in the future is not known yet, and a calendar has no 30 February"
_SORT = "`relevance` is of a search, and without `q` there is none"
_DATE = "a calendar has no 30 February"
_AFTER = "a position in the future is not there yet"
_URL = "what a host resolves to, and what may be sent to, no pattern says"
_SOURCE_ID = "an id that says something else than what it follows from"

_OF_A_PAGE = {"cursor": _CURSOR, "as_of": _AS_OF}
_OF_A_CLAIM = {"/sources/*/id": _SOURCE_ID}
_OF_A_CHANGE = {"If-Match": "a tag has quotes, and who forgets them is told; released contracts do not say so"}

BEYOND: dict[str, dict[str, str]] = {
    "list_claims": {**_OF_A_PAGE, "sort": _SORT, "stated_from": _DATE, "stated_to": _DATE},
    "get_claim": {"as_of": _AS_OF, "Accept-Datetime": "an HTTP date has no pattern that says all of its calendar"},
    "list_versions": _OF_A_PAGE,
    "diff_versions": {"from": "version 1 has none before it to start from"},
    "get_citation": {"as_of": _AS_OF},
    "get_claim_review": {"as_of": _AS_OF},
    "get_chart": {"as_of": _AS_OF},
    "list_measures": _OF_A_PAGE,
    "get_measure": {"as_of": _AS_OF},
    "list_sources": _OF_A_PAGE,
    "get_source": {"as_of": _AS_OF},
    "list_topics": _OF_A_PAGE,
    "check_text": {"/as_of": _AS_OF, "/limit": "a whole number is written without a point: 3, and not 3.0"},
    "list_changes": {"after": _AFTER},
    "stream_changes": {"after": _AFTER, "Last-Event-ID": _AFTER},
    "list_corrections": _OF_A_PAGE,
    "get_claims_atom": {"cursor": _CURSOR},
    "get_claims_feed": {"cursor": _CURSOR},
    "get_corrections_atom": {"cursor": _CURSOR},
    "get_corrections_feed": {"cursor": _CURSOR},
    "list_deliveries": {"cursor": _CURSOR},
    "create_webhook": {"/url": _URL, "/after": _AFTER},
    "change_webhook": {"/url": _URL, "/after": _AFTER},
    "create_claim": _OF_A_CLAIM,
    "create_claims": {**_OF_A_CLAIM, "/id": "an id may stand on one line"},
    "revise_claim": {**_OF_A_CLAIM, **_OF_A_CHANGE},
    "verify_claim": _OF_A_CHANGE,
    "retract_claim": _OF_A_CHANGE,
}
"""By operation, where a value that is right by its schema may be refused all the same, and why."""


@schemathesis.hook
def filter_failure(context, failure, case, response) -> bool:
    """Which failures count.

    DELETE of a key revokes it, and it stays listed, since versions name it: being read afterwards is right, if what is
    read says that it is revoked. The cast keeps its own keys, whatever is asked: nobody's is revoked instead, and not
    found. A webhook is its owner's: to others it is 404, made a moment ago or not.
    """
    operation = case.operation.definition.raw["operationId"]
    if isinstance(failure, UseAfterFree) and operation == "get_key":
        return response.json()["revoked_at"] is None
    if isinstance(failure, EnsureResourceAvailability) and operation == "revoke_api_key":
        return case.path_parameters["id"] != NOBODY
    if isinstance(failure, EnsureResourceAvailability) and case.path.startswith("/v1/webhooks/{id}"):
        return not _is_of_another(case, response)
    return True


def _is_of_another(case, response) -> bool:
    """Whether somebody who did not ask has the webhook that was not found."""
    others = [f"Bearer {secret}" for secret in SECRETS.values()]
    others.remove(response.request.headers["Authorization"])
    url = f"{case.operation.schema.get_base_url().rstrip('/')}/v1/webhooks/{case.path_parameters['id']}"
    return any(session().get(url, headers={"Authorization": key}, timeout=10).status_code == 200 for key in others)
