"""What comes with the program: it does not change while that runs."""

from functools import cache

from service.cache.memory import Entry
from service.cache.policies import CURRENT
from service.cache.representation import Kept, represented
from service.cache.shared import Point


@cache
def asset(body: bytes, media_type: str, *headers: tuple[str, str], cache_control: str = CURRENT) -> Entry:
    """Bytes of ours as an answer, tagged and encoded once."""
    return Entry(Kept(represented(body, media_type, None, headers), cache_control, pinned=True), Point(0, ""))
