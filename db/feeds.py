"""What Postgres knows for feeds: versions, newest first, each with what the one before it said."""

from db.pool import Reading
from db.questions import Questions
from schemas.feeds import FeedEntry, FeedQuery

_ask = Questions("feeds.sql")
_entries = _ask("entries", FeedEntry)
_major = _ask("major_entries", FeedEntry)


async def feed_entries(
    connection: Reading, wanted: FeedQuery, position: int, below: int | None, limit: int, *, only_major: bool
) -> list[FeedEntry]:
    """Versions that match every filter, up to a position and below another one, the newest first, at most `limit`.

    `only_major` leaves all but major changes of what was published before.
    """
    question = _major if only_major else _entries
    return await question.many(connection, position, below, wanted.claim, wanted.topic, limit)
