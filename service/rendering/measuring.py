"""How wide text is and where its lines break, without a font: estimates, and rather too wide than too narrow. Pure.

The widths of ASCII are Helvetica's (Adobe's font metrics of the 14 standard fonts), which Arial and Liberation Sans
share. Any other character is taken for what its kind is at its widest.
"""

import unicodedata
from functools import lru_cache

_WIDTHS = {
    222: "ijl",
    191: "'",
    260: "|",
    278: " !,./:;I[\\]ft",
    333: "()-r`",
    334: "{}",
    355: '"',
    389: "*",
    469: "^",
    500: "Jcksvxyz",
    556: "#$0123456789?L_abdeghnopqu",
    584: "+<=>~",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1015: "@",
}
"""Thousandths of the font's size, by character."""
_OF = {character: width for width, characters in _WIDTHS.items() for character in characters}
_NARROW = {"Zs": 278, "Pi": 333, "Pf": 333, "Mn": 0, "Me": 0, "Cf": 0, "Mc": 300}
"""By its general category, what a character that is not ASCII takes, if that is little."""
_OTHER = 800
BOLD = 1.08
"""How much wider bold letters are, on the whole."""
_BREAKABLE = ("W", "F")
"""East Asian widths of characters between which a line may break (Unicode Standard Annex 11)."""
_MORE = "…"
_ENDS = " ,;:-\N{EN DASH}"
"""What does not stand before an ellipsis."""


def width(text: str, size: float) -> float:
    """How wide a text is set in `size`, in the same unit."""
    return sum(map(_width, text)) * size / 1000


def lines(text: str, size: float, room: float, most: int | None = None) -> list[str]:
    """A text as lines no wider than `room`, broken between words, or inside of one that is too long by itself.

    Of more than `most` lines those are kept, and the last ends in an ellipsis.
    """
    found: list[str] = []
    line = ""
    for part in _parts(text):
        candidate = f"{line}{part}"
        if width(candidate.rstrip(), size) <= room:
            line = candidate
            continue
        if line.strip():
            found.append(line.rstrip())
        line = part.lstrip()
        while width(line.rstrip(), size) > room:
            fitting = _fitting(line, size, room)
            found.append(line[:fitting])
            line = line[fitting:]
    if line.strip():
        found.append(line.rstrip())
    if most is None or len(found) <= most:
        return found
    kept = found[:most]
    last = kept[-1]
    while last and width(last + _MORE, size) > room:
        last = last[:-1]
    return [*kept[:-1], last.rstrip(_ENDS) + _MORE]


def clipped(text: str, most: int) -> str:
    """The beginning of a text, `most` characters at most, whole words and an ellipsis if it goes on."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    head, space, _ = text[:most].rpartition(" ")
    return (head if space and len(head) > most // 2 else text[: most - 1]).rstrip(_ENDS) + _MORE


def _parts(text: str) -> list[str]:
    """What a line may break after: words with the spaces behind them, and single characters of East Asian scripts."""
    parts: list[str] = []
    word = ""
    for character in text:
        if unicodedata.east_asian_width(character) in _BREAKABLE:
            parts += [word, character] if word else [character]
            word = ""
        else:
            word += character
            if character.isspace() or character == "-":
                parts.append(word)
                word = ""
    return [*parts, word] if word else parts


def _fitting(text: str, size: float, room: float) -> int:
    """How many characters of a text fit, at least one."""
    number = 1
    while number < len(text) and width(text[: number + 1], size) <= room:
        number += 1
    return number


@lru_cache(4096)
def _width(character: str) -> int:
    known = _OF.get(character)
    if known is not None:
        return known
    if unicodedata.east_asian_width(character) in _BREAKABLE:
        return 1000
    plain = unicodedata.normalize("NFD", character)[0]
    if plain in _OF:
        return _OF[plain]
    if character in "\N{EM DASH}…":
        return 1000
    return _NARROW.get(unicodedata.category(character), _OTHER)
