"""What no schema can make up, since only the API knows it: what there is, its tags, cursors, and positions of the log.

Three times in four a request that is right by the contract is given what there is; the fourth keeps what was made up.
What a request has from the answer before it, by a link of the contract, it keeps.
"""

import itertools
import re
from functools import cache
from urllib.parse import parse_qs, quote, urlsplit

import requests
import schemathesis
from schemathesis.generation.meta import TestPhase

from schemas.keys import Role
from tests.fuzz.callers import SECRETS, dice
from tests.fuzz.nasty import NASTY

NOBODY = "0" * 12
"""The id of no key: it stands in for those of the cast where one is to be revoked."""
_WITHIN = 10
_UNSENDABLE = "0"
"""What schemathesis sends where a header's pattern needs quotes, which it cannot make up in its coverage phase."""
_TAG = re.compile(r'"p[0-9]+-[0-9a-f]{16}.*"')
_issued_so_far = itertools.count()
_LATER = "Wed, 01 Jan 2031 00:00:00 GMT"


@cache
def session() -> requests.Session:
    """One connection for what we ask besides; without a content coding, so that tags are the plain ones."""
    opened = requests.Session()
    opened.headers["Accept-Encoding"] = "identity"
    return opened


def read(case, path: str, query: dict[str, object] | None = None) -> requests.Response:
    """What anyone reads at a path of the API a case is sent to."""
    return session().get(f"{case.operation.schema.get_base_url().rstrip('/')}{path}", params=query, timeout=_WITHIN)


@schemathesis.hook
def before_call(context, case, kwargs) -> None:
    """Gives a request what there is, and keeps the cast from revoking its own keys."""
    id = case.path_parameters.get("id")
    if case.method == "DELETE" and any(f"ctb_{id}_" in secret for secret in SECRETS.values()):
        case.path_parameters["id"] = NOBODY
    if case.headers.get("Idempotency-Key") == _UNSENDABLE:
        case.headers["Idempotency-Key"] = f'"{dice(case)}"'
    if is_right(case) and dice(case) % 4:
        _give_id(case)
        _give_tag(case)
        _give_place(case)
        _give_condition(case)
        _give_page(case)
    elif is_right(case) and case.headers.get("If-Match", "").strip() == "*":
        _give_tag(case)  # `*` names no version, which is 428 as no field is: tests of conditions hold that


def is_right(case) -> bool:
    """Whether a request is right by the contract, in all its parts."""
    if case.meta is None:
        return True
    modes = [case.meta.generation.mode, *(component.mode for component in case.meta.components.values())]
    return all(mode.is_positive for mode in modes)


def _is_chained(case) -> bool:
    """Whether it follows another request, and may have something from its answer."""
    return case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL


def _give_id(case) -> None:
    """What is read or changed is there, and what is made is not there yet; but hostile texts stay."""
    folder = case.path.removeprefix("/v1/").partition("/")[0]
    if folder in ("claims", "measures", "sources") and case.path_parameters.get("id", NASTY[0]) not in NASTY:
        if _is_chained(case) and read(case, f"/v1/{folder}/{quote(case.path_parameters['id'])}").status_code == 200:
            return
        there = [item["id"] for item in read(case, f"/v1/{folder}", {"limit": 100}).json()["items"]]
        case.path_parameters["id"] = there[dice(case) % len(there)]
    elif folder == "keys" and case.method == "GET" and case.path_parameters.get("id", NASTY[0]) not in NASTY:
        if not _is_chained(case):
            there = [secret.split("_")[1] for secret in SECRETS.values()]
            case.path_parameters["id"] = there[dice(case) % len(there)]
    elif folder == "keys" and case.method == "DELETE" and case.path_parameters.get("id", NASTY[0]) not in NASTY:
        if not _is_chained(case):
            case.path_parameters["id"] = _issued(case)
    elif case.operation.definition.raw["operationId"] in ("create_claim", "create_claims"):
        for number, claim in enumerate(case.body if isinstance(case.body, list) else [case.body]):
            if claim["id"] not in NASTY:
                claim["id"] = f"fuzz-{dice(case):x}-{number}"
            for source in claim.get("sources", []):
                source.pop("id", None)  # it follows from the rest


def _issued(case) -> str:
    """The id of a key nobody needs, which may be revoked."""
    answer = session().post(
        f"{case.operation.schema.get_base_url().rstrip('/')}/v1/keys",
        json={"name": f"to be revoked {next(_issued_so_far)}", "role": str(Role.PARTNER)},
        headers={"Authorization": f"Bearer {SECRETS[str(Role.ADMIN)]}"},
        timeout=_WITHIN,
    )
    answer.raise_for_status()
    return str(answer.json()["id"])


def _give_tag(case) -> None:
    """A claim is changed with the tag it has now."""
    if "If-Match" in case.headers and not (_is_chained(case) and _TAG.fullmatch(case.headers["If-Match"])):
        etag = read(case, f"/v1/claims/{quote(case.path_parameters['id'])}").headers.get("ETag")
        if etag is not None:
            case.headers["If-Match"] = etag


def _give_place(case) -> None:
    """A list is asked as of a position there is, and goes on from a page there is; from the first if it is the last."""
    query = case.query or {}
    if "as_of" in query:
        query["as_of"] = str(read(case, "/v1/topics", {"limit": 1}).json()["position"] - dice(case) % 10)
    if "cursor" in query and case.method == "GET":
        if _is_chained(case) and read(case, case.formatted_path, query).status_code == 200:
            return
        asked = {name: value for name, value in query.items() if name != "cursor"}
        page = read(case, case.formatted_path, {**asked, "limit": 1})
        following = page.links.get("next", {}).get("url") if page.status_code == 200 else None
        if following is None:
            del query["cursor"]
        else:
            (query["cursor"],) = parse_qs(urlsplit(following).query)["cursor"]


def _give_page(case) -> None:
    """What is to be embedded is mostly a page of ours, as JSON."""
    if case.path == "/oembed" and case.query:
        there = [item["id"] for item in read(case, "/v1/claims", {"limit": 100}).json()["items"]]
        base = case.operation.schema.get_base_url().rstrip("/")
        case.query["url"] = f"{base}/claims/{there[dice(case) % len(there)]}"
        if "format" in case.query and dice(case) % 3:
            case.query["format"] = "json"


def _give_condition(case) -> None:
    """Some have what they ask for already, and some ask for what was in force at an instant."""
    if "Accept-Datetime" in case.headers:
        case.headers["Accept-Datetime"] = _LATER
    elif case.method == "GET" and "If-None-Match" in case.headers and dice(case) % 3 == 0:
        etag = read(case, case.formatted_path, case.query).headers.get("ETag")
        if etag is not None:
            case.headers.update({"If-None-Match": etag, "Accept-Encoding": "identity"})
