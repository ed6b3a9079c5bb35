"""What texts are read with in a language: the words of its `languages/*.toml`, by stem. Pure."""

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import Stemmer
from babel import Locale

from service.matching.phrases import Meaning, Phrases

_LONGEST = 64
"""Characters of a word that are looked at: the rest of a longer one changes nothing."""


class Lists(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that mean something by where they stand, or nothing."""

    labels: list[str]
    of_many: list[str]
    changes_behind_a_sign: list[str]
    changed_by: list[str]
    abbreviations: list[str]
    divisions: list[str]
    comparisons: list[str]
    attributions: list[str]
    stop: list[str]
    generic: list[str]
    worldwide: list[str]


class Denials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What says that a number is not so: words before it, phrases behind it, and what makes the words deny nothing.

    `turning` ends what the words deny; `who_do_not` says of so many that they do not, unless `going_on` comes before.
    """

    before: list[str]
    deny_nothing: list[str]
    behind: list[str]
    turning: list[str]
    who_do_not: list[str]
    going_on: list[str]


class Spoken(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"and_": "and", "in_": "in"}
):
    """One language. `languages/en.toml` says what the entries mean; one that is misspelt is an error."""

    stemmer: str
    locale: str
    point: str
    and_: list[str]
    range: list[str]
    between: list[str]
    from_: list[str] = msgspec.field(name="from")
    in_: list[str]
    article: list[str]
    of: list[str]
    per: list[str]
    points: list[str]
    times: list[str]
    ordinals: list[str]
    half: list[str]
    numbers: dict[str, int]
    scales: dict[str, int]
    suffixes: dict[str, int]
    fractions: dict[str, int]
    before: dict[str, list[str]]
    after: dict[str, list[str]]
    changes: dict[str, list[str]]
    rates: dict[str, list[str]]
    denials: Denials
    vague: dict[str, list[str]]
    currencies: dict[str, str]
    measures: dict[str, tuple[str, int]]
    months: dict[str, int]
    words: Lists
    synonyms: dict[str, list[str]]
    goes_without_saying: dict[str, list[str]]
    places: dict[str, list[str]]


class Vocabulary(NamedTuple):
    """A language, ready to read with."""

    spoken: Spoken
    stems: Stemmer.Stemmer
    synonyms: dict[str, str]
    """The stem that stands for a group of stems, by each of them."""
    members: dict[str, tuple[str, ...]]
    """The stems of a group, by the one that stands for it."""
    implied: dict[str, frozenset[str]]
    """By a stem, those where it goes without saying."""
    stop: frozenset[str]
    generic: frozenset[str]
    """Stems that say how something is counted, and not what."""
    before: Phrases[str]
    after: Phrases[str]
    points: Phrases[str]
    per: Phrases[str]
    times: Phrases[str]
    in_: Phrases[str]
    comparisons: Phrases[str]
    denials: Phrases[str]
    rates: Phrases[str]
    """How often something is counted: by day, by week."""
    vague: Phrases[str]
    """Quantities put without a number; by dimension."""
    changes: dict[str, str]
    """Which way a word says that something changes: `up`, `down`, `faster`, `slower`."""
    currencies: Phrases[str]
    measures: Phrases[tuple[str, int]]
    places: dict[str, list[tuple[tuple[str, ...], str]]]
    """Places by the first word of their name as it is written, the longest name first."""


@cache
def vocabulary(language: str = "en") -> Vocabulary:
    """The vocabulary of a language, read once."""
    file = Path(__file__).parent / "languages" / f"{language}.toml"
    spoken = msgspec.toml.decode(file.read_bytes(), type=Spoken)
    stems = Stemmer.Stemmer(spoken.stemmer, 0)
    synonyms: dict[str, str] = {}
    members: dict[str, tuple[str, ...]] = {}
    for group, words in spoken.synonyms.items():
        found = list(dict.fromkeys(stems.stemWord(word) for word in (group, *words)))
        members[found[0]] = tuple(found)
        synonyms |= dict.fromkeys(found, found[0])
    return Vocabulary(
        spoken,
        stems,
        synonyms,
        members,
        {
            synonyms.get(stem, stem): frozenset(synonyms.get(one, one) for one in map(stems.stemWord, words))
            for stem, words in ((stems.stemWord(word), words) for word, words in spoken.goes_without_saying.items())
        },
        frozenset({*spoken.words.stop, *spoken.numbers, *spoken.scales, *spoken.fractions}),
        frozenset(synonyms.get(stem, stem) for stem in map(stems.stemWord, spoken.words.generic)),
        _phrases(spoken.before),
        _phrases(spoken.after),
        Phrases(_hyphened({phrase: phrase for phrase in spoken.points})),
        Phrases(_hyphened({phrase: phrase for phrase in spoken.per})),
        Phrases.of(spoken.times),
        Phrases.of(spoken.in_),
        Phrases.of(spoken.words.comparisons),
        Phrases.of(spoken.denials.behind),
        _phrases(spoken.rates),
        _phrases(spoken.vague),
        {word: way for way, words in spoken.changes.items() for word in words},
        Phrases(_hyphened(spoken.currencies)),
        Phrases(_hyphened(spoken.measures)),
        _places(spoken),
    )


def _phrases(meanings: dict[str, list[str]]) -> Phrases[str]:
    return Phrases({phrase: meaning for meaning, phrases in meanings.items() for phrase in phrases})


def _hyphened(names: dict[str, Meaning]) -> dict[str, Meaning]:
    """Names with each hyphen as a word of its own, as tokens have it."""
    return {name.replace("-", " - "): meaning for name, meaning in names.items()}


def _places(spoken: Spoken) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Names of places: CLDR's of every ISO 3166-1 code, and the language's own besides."""
    named = [(name, code) for code, names in spoken.places.items() for name in names]
    territories = Locale.parse(spoken.locale).territories
    named += [(name, code) for code, name in territories.items() if len(code) == 2 and code.isalpha()]
    places: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, code in named:
        words = tuple(name.replace("-", " ").split())
        places.setdefault(words[0], []).append((words, code))
    for names in places.values():
        names.sort(key=lambda place: (-len(place[0]), place))
    return places


@lru_cache(20_000)
def stem_of(word: str, language: str = "en") -> str:
    """What a word in lower case is to us: its stem, or the stem that stands for its group of synonyms."""
    known = vocabulary(language)
    stem: str = known.stems.stemWord(word[:_LONGEST])
    return known.synonyms.get(stem, stem)


def forms_of(stem: str, language: str = "en") -> tuple[str, ...]:
    """The stems a stem stands for."""
    return vocabulary(language).members.get(stem, (stem,))
