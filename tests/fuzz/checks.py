"""What every answer is held to besides what schemathesis checks: the promises of ours that a schema cannot say."""

import re

import schemathesis
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES, coverage_scenario

from schemas.fields import UNREADABLE
from tests.fuzz.callers import needed, role_of
from tests.fuzz.exceptions import BEYOND
from tests.fuzz.known import is_right, read
from tests.given import record_of

_UNREADABLE = re.compile(f"[{UNREADABLE}]")


@schemathesis.check
def asked_by_whoever_may(ctx, response, case):
    """401 and 403 are for those whose role is too small, whatever they ask; and they get nothing else."""
    role, least = role_of(response.request.headers.get("Authorization")), needed(case)
    if _is_probe(case) or (response.status_code in (404, 405) and _is_elsewhere(case)):
        return
    may = least is None or (role is not None and role.includes(least))
    wanted = None if may else 401 if role is None else 403
    assert (response.status_code if response.status_code in (401, 403) else None) == wanted, (
        f"{role or 'someone without a key'} is answered {response.status_code}, and it is for {least or 'everyone'}"
    )


@schemathesis.check
def refused_for_what_no_schema_says(ctx, response, case):
    """A request that is right by the contract is a 400 only for a reason that is listed, and a 422 by a named rule."""
    if response.status_code not in (400, 422) or case.meta is None or not is_right(case) or _is_probe(case):
        return
    problem = response.json()
    for error in problem["errors"]:
        if response.status_code == 422:
            assert error["rule"], f"a rule that has no name forbids it: {error}"
            continue
        where = error["parameter"] or re.sub(r"/\d+", "/*", (error["pointer"] or "").removeprefix("#"))
        assert where in BEYOND.get(case.operation.definition.raw["operationId"], {}), (
            f"{where} is right by the contract and refused: {error['detail']}"
        )
    assert problem["errors"] or problem["type"] == "/problems/idempotency-key-reused", problem


@schemathesis.check
def what_was_written_is_read(ctx, response, case):
    """A version is read as it was answered to who wrote it, byte for byte, and a retracted claim says that it is."""
    operation = case.operation.definition.raw["operationId"]
    if not operation.endswith("_claim") or case.method == "GET" or response.status_code not in (200, 201):
        return
    if "idempotent-replayed" in response.headers:
        return  # it may have changed since it was answered first
    written = response.json()
    lifecycle = "retracted" if operation == "retract_claim" else "published"
    assert written["lifecycle"] == lifecycle, f"{operation} answers a claim that is {written['lifecycle']}"
    _assert_same(read(case, f"/v1/claims/{written['id']}/versions/{written['version']}"), response)
    page = read(case, f"/v1/claims?ids={written['id']}&lifecycle={lifecycle}").json()
    for claim in (read(case, f"/v1/claims/{written['id']}").json(), *page["items"]):
        assert record_of(claim) == written, f"{claim} is read, and {written} was written"
    assert len(page["items"]) == 1, f"a list by id has {page['items']}"


@schemathesis.check
def nothing_unreadable_is_answered(ctx, response, case):
    """No text that people read holds a control or bidirectional-override character, even where it quotes the request.

    Where a problem names a place for programs, in `parameter` and `pointer`, it is named as it was sent. And the quotes
    of a text that was checked are what stands at their spans, whatever that is.
    """
    if not response.content or not response.headers["content-type"][0].partition(";")[0].endswith(("/json", "+json")):
        return
    answer = response.json()
    if case.operation.definition.raw["operationId"] == "check_text" and response.status_code == 200:
        answer = _without_quotes(answer)
    if response.status_code >= 400:
        answer = [answer["title"], answer["detail"], *(error["detail"] for error in answer["errors"])]
    for text in _texts(answer):
        found = _UNREADABLE.search(text)
        assert found is None, f"U+{ord(found[0]):04X} is answered, in {text[:200]!a}"


def _assert_same(again, written) -> None:
    assert again.status_code == 200, f"{again.url} is {again.status_code} after it was written"
    assert again.content == written.content, f"{again.url} is {again.text[:300]}, and {written.text[:300]} was written"
    assert again.headers["etag"] == written.headers["etag"][0], f"{again.url} has another entity tag"


def _is_probe(case) -> bool:
    """Whether it asks with a method or a media type that the operation has not: then another operation answers."""
    return coverage_scenario(case) in REQUEST_SHAPE_PROBES


def _is_elsewhere(case) -> bool:
    """Whether its path is none of this operation's, for all the contract says."""
    return case.meta is not None and not case.meta.generation.mode.is_positive and bool(case.path_parameters)


def _without_quotes(value: object) -> object:
    """JSON without the members called `quote`."""
    if isinstance(value, dict):
        return {name: _without_quotes(inner) for name, inner in value.items() if name != "quote"}
    return [_without_quotes(inner) for inner in value] if isinstance(value, list) else value


def _texts(value: object) -> list[str]:
    """Every text in JSON: names and values."""
    if isinstance(value, dict):
        return [text for name, inner in value.items() for text in (name, *_texts(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []
