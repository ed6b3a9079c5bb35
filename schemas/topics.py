"""The tags claims carry."""

from schemas.fields import Answer, Cursor, Position, Slug


class Topic(Answer, frozen=True, kw_only=True):
    """A tag; `claims` counts the published claims that carry it."""

    id: Slug
    """The topic's id."""
    claims: int
    """How many published claims carry it."""


class TopicPage(Answer, frozen=True, kw_only=True):
    """Topics, by id."""

    items: list[Topic]
    """The topics of this page, by id."""
    position: Position
    """The position of the log the page is as of."""
    next: Cursor | None
    """The cursor of the next page; null on the last one."""
