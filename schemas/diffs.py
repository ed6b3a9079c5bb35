"""What changed between two versions, as a JSON Patch (RFC 6902)."""

from enum import StrEnum
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from schemas.fields import Answer


class PatchVerb(StrEnum):
    """What an operation of a JSON Patch does (RFC 6902, section 4). New values may be added."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"
    MOVE = "move"
    COPY = "copy"
    TEST = "test"


class PatchOperation(Answer, frozen=True, kw_only=True, rename={"from_": "from"}):
    """One step of a JSON Patch."""

    op: PatchVerb
    path: str
    """Where: a JSON Pointer (RFC 6901) into the version."""
    from_: str | UnsetType = UNSET
    """Of a `move` or `copy`, where the value stood."""
    value: Any | UnsetType = UNSET
    """Of an `add`, `replace` or `test`, the value."""


JsonPatch = Annotated[
    list[PatchOperation],
    Meta(title="JsonPatch", description="What turns one version's JSON into another's, step by step (RFC 6902)."),
]
