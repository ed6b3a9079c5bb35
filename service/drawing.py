"""Pictures, and references that take as long: made one at a time beside the event loop, and kept for who asks again."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable

from schemas.failures import Overloaded

KEPT = 256
"""How many are kept: a picture has some 15 KB."""
WAITING = 32
"""How many may wait for theirs: a picture takes some 30 milliseconds, a reference 10."""


class Drawing:
    """Draws pictures, of which the same key always means the same one.

    That is a few hundred pictures in memory and one thread at work, whoever asks and however often.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._one = asyncio.Semaphore(1)
        self._waiting = 0

    async def drawn(self, key: Hashable, draw: Callable[[], bytes]) -> bytes:
        """The picture of a key: as it is kept, or as `draw` makes it in a thread. Overloaded if too many wait."""
        if key not in self._kept:
            if self._waiting >= WAITING:
                raise Overloaded("As many pictures and references are being made as there is patience for: try again.")
            self._waiting += 1
            try:
                async with self._one:
                    if key not in self._kept:  # whoever came before may have asked for the same
                        self._kept[key] = await asyncio.to_thread(draw)
            finally:
                self._waiting -= 1
        self._kept.move_to_end(key)
        picture = self._kept[key]
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return picture
