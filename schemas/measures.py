"""What is measured: claims of one measure compete and are compared."""

from typing import Annotated

from msgspec import Meta

from schemas.claims import Claim
from schemas.fields import Answer, Cursor, Line, Position, Slug

MeasureId = Annotated[Slug, Meta(description="The measure's id.", examples=["china-share-of-world-ai-patents"])]


class Measure(Answer, frozen=True, kw_only=True):
    """Something claims put a number on; `claims` counts the published ones."""

    id: Slug
    """The measure's id."""
    label: Line
    """What it is called, for people."""
    claims: int
    """How many published claims there are of it."""


class MeasurePage(Answer, frozen=True, kw_only=True):
    """Measures, by id."""

    items: list[Measure]
    """The measures of this page, by id."""
    position: Position
    """The position of the log the page is as of."""
    next: Cursor | None
    """The cursor of the next page; null on the last one."""


class MeasureDetail(Measure, frozen=True, kw_only=True):
    """A measure with its published claims side by side, the latest stated first: at most a hundred, of `claims`."""

    items: Annotated[list[Claim], Meta(max_length=100)]
    """Its published claims, the latest stated first: a hundred at most."""
    position: Position
    """The position of the log this is as of."""
