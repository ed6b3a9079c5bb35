"""Dates as people write them, in their language and as precise as the record is. Pure."""

from datetime import UTC, date, datetime

from babel.dates import format_date, format_skeleton

from schemas.languages import Language

_PRECISIONS = {4: "y", 7: "yMMMM"}
"""By its length, what of a date is known, as CLDR asks for it."""


def written(partial: str, language: Language = Language.EN) -> str:
    """A partial date: "2026", "April 2026" or "April 28, 2026", each as the language has it. ValueError for another."""
    day = date.fromisoformat(partial + "-01-01"[len(partial) - 4 :] if len(partial) < 10 else partial)
    skeleton = _PRECISIONS.get(len(partial))
    if skeleton is None:
        return format_date(day, "long", locale=language)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return str(format_skeleton(skeleton, moment, locale=language))


def day(instant: datetime, language: Language = Language.EN) -> str:
    """The day of an instant, in UTC: "April 28, 2026"."""
    return format_date(instant.astimezone(UTC).date(), "long", locale=language)
