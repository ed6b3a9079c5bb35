"""Who sends a request: mostly someone whose role is the least that may, and one time in five anyone of the cast."""

import itertools
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from zlib import crc32

import schemathesis

from schemas.keys import Role
from tests.cast import ANONYMOUS
from tests.fuzz import variables

SECRETS: dict[str, str] = json.loads(os.environ.get(variables.KEYS, "{}"))
CAST = (ANONYMOUS, *(str(role) for role in Role))
_turns: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
_ROLES = {secret: Role(name) for name, secret in SECRETS.items()}


def dice(case: schemathesis.Case) -> int:
    """A number that is the same whenever the same request is made: what fails once can be asked again by the same.

    A request that asks nothing in particular is always the same, and gets a number by turns: each operation its own, so
    that the first who asks is one who may.
    """
    asked = (case.operation.label, case.path_parameters, case.query, case.body)
    if not (case.path_parameters or case.query or case.body):
        return next(_turns[case.operation.label])
    return crc32(repr(asked).encode("utf-8", "backslashreplace"))


def needed(case: schemathesis.Case) -> Role | None:
    """The least role that may, as the contract says; None where everyone may."""
    role = case.operation.definition.raw.get("x-role")
    return Role(role) if role else None


def role_of(authorization: str | None) -> Role | None:
    """The role of who sent an `Authorization` field: None for one that holds no key of the cast."""
    return _ROLES.get((authorization or "").removeprefix("Bearer "))


@schemathesis.auth(refresh_interval=None)
class Cast:
    """Chooses who asks, and sends their key."""

    def get(self, case: schemathesis.Case, context: object) -> str | None:
        """The secret of whoever asks; None for someone without a key."""
        number = dice(case)
        caller = CAST[number // 5 % len(CAST)] if number % 5 == 0 else needed(case) or ANONYMOUS
        return SECRETS.get(str(caller))

    def set(self, case: schemathesis.Case, secret: str | None, context: object) -> None:
        """Sends the key."""
        if secret is not None:
            case.headers["Authorization"] = f"Bearer {secret}"
