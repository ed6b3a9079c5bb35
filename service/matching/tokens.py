"""A text as its words, numbers and signs, with where each stands. Pure, and in time proportional to the text."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

NUMBER, WORD, SIGN = "number", "word", "sign"
HYPHENS = frozenset("-\u2011")
DASHES = frozenset("-\u2013\u2014")
"""What joins the parts of a word, and what may stand between the ends of a range."""

_TOKEN = re.compile(
    r"(?P<name>(?:[A-Z][.]){2,})"  # U.S.
    r"|(?P<grouped>\d{1,3}(?:[ \u00a0\u2009\u202f'\u2019]\d{3})+(?!\w| \d))"  # by blanks or apostrophes
    r"|(?P<code>(?:CNY|EUR|GBP|INR|JPY|KRW|RMB|USD)(?=\d))"  # of the currency of what it touches
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<word>[^\W\d_]\w*(?:['\u2019]\w+)*(?:-\d+(?:[.]\d+)*)?)"  # GPT-4 is one word
    r"|(?P<sign>[^\s])"
)
"""Each alternative reads on without ever going back, so that a text of n characters takes n steps."""
_LONGEST_JOINED = 40
_MARKUP = re.compile(
    r"</?(?:a|abbr|b|br|code|div|em|h[1-6]|i|li|mark|p|small|span|strong|sub|sup|td|th|tr|u)\b[^<>]{0,500}>"
    r"|&nbsp;|[*`]+|_+"
)
_ADDRESS = re.compile(r"(?:https?://|www[.])\S+|[\w.+-]{1,64}@[\w-]{1,64}[.]\w\S*")


class Token(NamedTuple):
    """A word, a number or a sign: as written, in lower case without a possessive, and from where to where it stands."""

    kind: str
    text: str
    low: str
    start: int
    end: int

    @property
    def is_capital(self) -> bool:
        """Whether it is a word that begins with a capital letter."""
        return self.kind == WORD and self.text[0].isupper()

    @property
    def is_product(self) -> bool:
        """Whether it is a word that only a name is written like: with a digit, or a capital inside."""
        inside = self.text[1:]
        if self.kind != WORD or not self.is_capital:
            return False
        return any(sign.isdigit() for sign in inside) or (not self.text.isupper() and inside != inside.lower())


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, in order. Addresses of pages and mailboxes have none, nor has what only looks nice."""
    return [_token(match) for match in _TOKEN.finditer(without_addresses(without_markup(text)))]


def words_of(tokens: Sequence[Token]) -> Iterator[str]:
    """The words among some tokens in lower case; and besides, those that hyphens join as one: "startups"."""
    joined = ""
    for nth, token in enumerate(tokens):
        if token.kind == WORD:
            glued = nth > 1 and tokens[nth - 1].low in HYPHENS and tokens[nth - 2].kind == WORD
            glued = glued and tokens[nth - 2].end == tokens[nth - 1].start and tokens[nth - 1].end == token.start
            joined = joined + token.low if glued and len(joined) < _LONGEST_JOINED else token.low
            yield token.low
            if joined != token.low:
                yield joined
            if "-" in token.low:
                yield token.low.partition("-")[0]


def without_markup(text: str) -> str:
    """The text with blanks in the place of tags of HTML and of what Markdown emphasizes with."""
    if "*" not in text and "_" not in text and "`" not in text and "<" not in text and "&" not in text:
        return text
    return _MARKUP.sub(lambda found: found.group() if _is_inside(found) else " " * len(found.group()), text)


def _is_inside(found: re.Match[str]) -> bool:
    """Whether these are the low lines inside a name, as of a file."""
    around = found.string[found.start() - 1 : found.start()], found.string[found.end() : found.end() + 1]
    return found.group()[0] == "_" and all(sign.isalnum() for sign in around)


def without_addresses(text: str) -> str:
    """The text with blanks in the place of each address, so that everything else stands where it stood."""
    if "://" not in text and "www." not in text and "@" not in text:
        return text
    return _ADDRESS.sub(lambda found: " " * len(found.group()), text)


def _token(match: re.Match[str]) -> Token:
    text = match.group()
    kind = match.lastgroup
    if kind == "grouped":
        return Token(NUMBER, "".join(filter(str.isdigit, text)), text, match.start(), match.end())
    if kind == "number":
        return Token(NUMBER, text, text, match.start(), match.end())
    if kind == "sign":
        return Token(SIGN, text, text, match.start(), match.end())
    low = text.lower()
    if "\u2019" in low or "'" in low:
        low = low.replace("\u2019", "'").removesuffix("'s")
    return Token(WORD, text, low, match.start(), match.end())
