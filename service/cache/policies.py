"""For how long others may keep an answer (RFC 9111, 8246, 5861)."""

STALE_FOR = 86_400
"""Seconds an answer may be old while nobody can tell what is newer."""
CURRENT = f"public, max-age=30, s-maxage=60, stale-while-revalidate=300, stale-if-error={STALE_FOR}"
"""For what changes with the log: fresh for half a minute, and better a day old than an error."""
PINNED = f"public, max-age=3600, stale-if-error={STALE_FOR}"
"""For an answer as of a position: it never changes, but what the answer shows of it may grow."""
KEYED = "private, no-cache"
"""For whoever reads with a key: they may be about to write, and must not read what they wrote over."""
IMMUTABLE = "public, max-age=31536000, immutable"
"""For a version: the same bytes for ever (RFC 8246)."""

UNKEPT = "no-store"
"""For what was waited for: whoever asks later must wait, too."""


def for_keyed(cache_control: str) -> str:
    """What a policy is for who reads with a key: what is immutable stays so, and what is not kept."""
    return cache_control if cache_control in (IMMUTABLE, UNKEPT) else KEYED
