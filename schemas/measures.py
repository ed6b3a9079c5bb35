"""What is measured: claims of one measure compete and are compared."""

from typing import Annotated

from msgspec import Meta

from schemas.claims import ClaimVersion
from schemas.fields import Answer, Cursor, Line, Position, Slug


class Measure(Answer, frozen=True, kw_only=True):
    """Something claims put a number on; `claims` counts the published ones."""

    id: Slug
    label: Line
    claims: int


class MeasurePage(Answer, frozen=True, kw_only=True):
    """Measures, by id."""

    items: list[Measure]
    position: Position
    next: Cursor | None


class MeasureDetail(Measure, frozen=True, kw_only=True):
    """A measure with its published claims side by side, the latest stated first: at most a hundred, of `claims`."""

    items: Annotated[list[ClaimVersion], Meta(max_length=100)]
    position: Position
