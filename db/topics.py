"""What Postgres knows about topics."""

from db.pool import Reading
from db.questions import Questions
from schemas.topics import Topic

_page = Questions("topics.sql")("topics_page", Topic)


async def topics_page(connection: Reading, position: int, after: str | None, limit: int) -> list[Topic]:
    """Topics that published claims carried at `position`, by id, after one of them."""
    return await _page.many(connection, position, after, limit)
