"""What schemathesis loads of ours: who asks, what is asked besides, what every answer is held to, and the count."""

from tests.fuzz import callers, checks, counting, exceptions, known, media, nasty, subscribers

__all__ = ["callers", "checks", "counting", "exceptions", "known", "media", "nasty", "subscribers"]
