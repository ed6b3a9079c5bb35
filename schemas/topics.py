"""The tags claims carry."""

from schemas.fields import Answer, Cursor, Position, Slug


class Topic(Answer, frozen=True, kw_only=True):
    """A tag; `claims` counts the published claims that carry it."""

    id: Slug
    claims: int


class TopicPage(Answer, frozen=True, kw_only=True):
    """Topics, by id."""

    items: list[Topic]
    position: Position
    next: Cursor | None
