"""The level of the cache that is this process's own: answers ready to be sent, by request, bounded in bytes.

A segmented LRU (Karedla, Love and Wherry, "Caching strategies to improve disk system performance", 1994): an answer
is on probation until it is asked for again, and a scan of things asked for once only ever drives out each other.
"""

import re
from collections import OrderedDict
from functools import lru_cache

from service.cache.encodings import IDENTITY, encoded
from service.cache.representation import Kept, Representation
from service.cache.shared import Point

Fields = list[tuple[bytes, bytes]]
Request = tuple[bytes, bytes, bytes, bytes]
"""The path and the query as they were written, what the caller accepts, and the language if it is not English."""

_AROUND = 3000
"""Bytes an answer takes besides its body and its header fields, about."""
_PROTECTED = 0.8
_LARGEST = 0.125
"""Shares of the bound: what was asked for twice may take, and one answer may."""
_MAX_AGE = re.compile(r"max-age=([0-9]+)")
_LINE_ENDS = re.compile("[\r\n\0]")
_STALE = re.compile(r"stale-if-error=([0-9]+)")


class Variant:
    """An answer in one content coding: its body, its tag, and how its header is written in HTTP/1.1."""

    __slots__ = ("_head", "_head_unchanged", "_lines", "_media_type", "_names", "body", "etag")

    def __init__(self, found: Representation, cache_control: str) -> None:
        described = (("etag", found.etag), ("cache-control", cache_control), *found.headers)
        names, values = zip(*described, strict=True)
        if "vary" not in names:
            names, values = (*names, "vary"), (*values, "Accept, Accept-Encoding")
        if _LINE_ENDS.search("".join(values)):
            raise ValueError("a header field has more than one line")
        self.body = found.body
        self.etag = found.etag.encode()
        self._media_type = found.media_type.encode()
        self._names: tuple[str, ...] = names
        self._lines = "".join([f"{name}: {value}\r\n" for name, value in zip(names, values, strict=True)]).encode(
            "latin-1"
        )
        self._head: bytes | None = None
        self._head_unchanged: bytes | None = None

    @property
    def fields_size(self) -> int:
        """The bytes of its header fields."""
        return len(self._lines)

    @property
    def unchanged(self) -> Fields:
        """Its header fields without the body."""
        return fields_of(self._lines)

    @property
    def fields(self) -> Fields:
        """Its header fields with the body."""
        length = b"%d" % len(self.body)
        return [(b"content-type", self._media_type), *self.unchanged, (b"content-length", length)]

    def head(self, unchanged: bool, always: tuple[tuple[bytes, bytes], ...]) -> bytes:
        """The status line and the lines of its fields: `always` are those every answer has, unless it has its own.

        `unchanged` is without the body.
        """
        found = self._head_unchanged if unchanged else self._head
        if found is None:
            besides = _besides(self._names, always)
            if unchanged:
                found = self._head_unchanged = b"HTTP/1.1 304 Not Modified\r\n%b%b" % (self._lines, besides)
            else:
                length = len(self.body)
                found = self._head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\n%bcontent-length: %d\r\n%b" % (
                    self._media_type, self._lines, length, besides,
                )  # fmt: skip
        return found


def fields_of(lines: bytes) -> Fields:
    """The header fields that stand on lines of their own."""
    return [(name, value) for name, _, value in (line.partition(b": ") for line in lines.split(b"\r\n")[:-1])]


@lru_cache(256)
def _besides(names: tuple[str, ...], always: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """The lines of the fields every answer has, but for those it has of its own."""
    return b"".join(b"%b: %b\r\n" % field for field in always if field[0].decode() not in names)


class Entry:
    """A kept answer, the point it was last known to be current at, and its variants."""

    __slots__ = ("fresh_for", "kept", "point", "route", "stale_for", "variants")

    def __init__(self, kept: Kept, point: Point) -> None:
        self.kept = kept
        self.point = point
        self.variants = {IDENTITY: Variant(kept.representation, kept.cache_control)}
        self.fresh_for, self.stale_for = _lifetimes(kept.cache_control)
        self.route: str | None = None
        """Which of our addresses it answers, once somebody wanted to know."""

    @property
    def length(self) -> int:
        """The bytes of its body, in no coding."""
        return len(self.kept.representation.body)

    @property
    def size(self) -> int:
        """How many bytes it takes, about: its variants, and the fields of what they are made from."""
        plain = self.variants[IDENTITY]
        return plain.fields_size + sum(
            2 * each.fields_size + len(each.body) + _AROUND for each in self.variants.values()
        )

    def encoded(self, coding: str) -> Variant:
        """The answer in a coding."""
        return Variant(encoded(self.kept.representation, coding), self.kept.cache_control)


@lru_cache(64)
def _lifetimes(cache_control: str) -> tuple[int, int]:
    """The seconds an answer is fresh, and those it may be stale after an error."""
    fresh, stale = _MAX_AGE.search(cache_control), _STALE.search(cache_control)
    return int(fresh[1]) if fresh else 0, int(stale[1]) if stale else 0


class Memory:
    """Entries by request."""

    def __init__(self, most: int) -> None:
        self.size = 0
        self._most = most
        self._protected_size = 0
        self._probation: OrderedDict[Request, tuple[Entry, int]] = OrderedDict()
        self._protected: OrderedDict[Request, tuple[Entry, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._probation) + len(self._protected)

    def __contains__(self, request: Request) -> bool:
        return request in self._protected or request in self._probation

    def get(self, request: Request) -> Entry | None:
        """The entry of a request, which from its second use on is protected."""
        found = self._protected.get(request)
        if found is not None:
            self._protected.move_to_end(request)
            return found[0]
        found = self._probation.pop(request, None)
        if found is None:
            return None
        self._protected[request] = found
        self._protected_size += found[1]
        while self._protected_size > self._most * _PROTECTED:
            coldest, (entry, size) = self._protected.popitem(last=False)
            self._protected_size -= size
            self._probation[coldest] = (entry, size)
        return found[0]

    def put(self, request: Request, entry: Entry) -> bool:
        """Keeps an entry, or says that it is too large; what was asked for least recently makes room.

        Also for one that is there and has grown.
        """
        if not self._most:
            return False
        size = entry.size + sum(map(len, request))
        segment = self._protected if request in self._protected else self._probation
        self.drop(request)
        if size > self._most * _LARGEST:
            return False
        segment[request] = (entry, size)
        self.size += size
        if segment is self._protected:
            self._protected_size += size
        while self.size > self._most:
            self.drop(next(iter(self._probation or self._protected)))
        return True

    def grown(self, request: Request, entry: Entry) -> None:
        """Counts an entry anew, if it still is there."""
        found = self._protected.get(request) or self._probation.get(request)
        if found is not None and found[0] is entry:
            self.put(request, entry)

    def drop(self, request: Request) -> None:
        """Forgets an entry."""
        found = self._protected.pop(request, None)
        if found is not None:
            self._protected_size -= found[1]
        else:
            found = self._probation.pop(request, None)
        if found is not None:
            self.size -= found[1]
