"""What there is of webhooks, for requests that are right by the contract: as for the rest, three times in four.

Their addresses are on the machine itself, at a port nobody listens at: so what is sent there ends at once.
"""

from typing import Any

import schemathesis

from schemas.keys import Role
from tests.fuzz.callers import SECRETS, dice
from tests.fuzz.known import is_right, session
from tests.fuzz.nasty import NASTY

_FILTERS = ("kinds", "severities", "topics", "claims")
_LEAST = 100
"""A position that every log here has, and every position before it."""


@schemathesis.hook
def before_call(context, case, kwargs) -> None:
    """Gives a request a webhook of the partner's, an attempt to deliver something to it, and changes there are."""
    if not (is_right(case) and dice(case) % 4):
        return
    number, path = dice(case), case.path_parameters
    if "position" in path:
        path["position"] = 1 + number % _LEAST
    if case.path.startswith("/v1/webhooks/{id}") and path["id"] not in NASTY:
        path["id"] = _webhook(case, path["id"], number)
        if "delivery" in path:
            path["delivery"] = _delivery(case, path["id"])
    if case.path.startswith("/v1/webhooks") and isinstance(case.body, dict):
        if isinstance(case.body.get("url"), str) and case.body["url"] not in NASTY:
            case.body["url"] = _address(number)
        if isinstance(case.body.get("after"), int):
            case.body["after"] = number % _LEAST


def _ask(case, method: str, path: str, body: Any = None):
    """What the partner is answered."""
    patch = {"Content-Type": "application/merge-patch+json"} if method == "PATCH" else {}
    headers = {"Authorization": f"Bearer {SECRETS[str(Role.PARTNER)]}", **patch}
    url = f"{case.operation.schema.get_base_url().rstrip('/')}{path}"
    return session().request(method, url, json=body, headers=headers, timeout=10)


def _address(number: int) -> str:
    return f"http://127.0.0.1:9/{number:x}"


def _webhook(case, id: str, number: int) -> str:
    """The webhook that is named, if there is one; else one of those that are told of everything."""
    if _ask(case, "GET", f"/v1/webhooks/{id}").status_code == 200:
        return id
    there = _ask(case, "GET", "/v1/webhooks").json()["items"]
    plain = [webhook["id"] for webhook in there if not any(webhook[name] for name in _FILTERS)]
    if plain:
        return plain[number % len(plain)]
    made = _ask(case, "POST", "/v1/webhooks", {"url": _address(number)})
    if made.status_code == 201:
        return made.json()["id"]
    _ask(case, "PATCH", f"/v1/webhooks/{there[0]['id']}", dict.fromkeys(_FILTERS))
    return there[0]["id"]


def _delivery(case, id: str) -> int:
    """An attempt to deliver something to a webhook, the newest; if there is none, one that is made now."""
    there = _ask(case, "GET", f"/v1/webhooks/{id}/deliveries?limit=1").json()["items"]
    return (there[0] if there else _ask(case, "POST", f"/v1/webhooks/{id}/test").json())["id"]
