"""Citations: how to name a claim in a text or a list of references."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from schemas.fields import Answer
from schemas.requests import VersionQuery


class CitationStyle(StrEnum):
    """How a citation is written."""

    APA = "apa"
    """A reference as the American Psychological Association's manual has it, 7th edition."""
    AP = "ap"
    """Sentences for a news text, as the Associated Press writes."""
    BIBTEX = "bibtex"
    """An entry for BibTeX."""
    RIS = "ris"
    """A record for reference managers."""
    CSL_JSON = "csl-json"
    """Data for processors of the Citation Style Language."""


class CitationQuery(VersionQuery, frozen=True, kw_only=True):
    """Which version to cite, and how."""

    style: Annotated[CitationStyle, Meta(description="How it is written: as `Accept` asks, else `apa`.")] | None = None


class CslName(Answer, frozen=True, kw_only=True):
    """A name that is no person's."""

    literal: str
    """The name as it is written."""


class CslDate(Answer, frozen=True, kw_only=True, rename={"date_parts": "date-parts"}):
    """A day."""

    date_parts: list[list[int]]
    """One list: the year, the month and the day."""


class CslItem(Answer, frozen=True, kw_only=True, rename={"url": "URL"}):
    """A version of a claim as something that can be cited."""

    id: str
    """What names it in a list of references: the claim's id and the version's number."""
    type: str
    """What it is: `webpage`."""
    title: str
    """What the claim states, without its final full stop; after `RETRACTED:` if the claim was withdrawn."""
    author: list[CslName]
    """Who publishes it."""
    publisher: str
    """Who publishes it: the same."""
    genre: str
    """What it is, in words: `Claim, version 3`."""
    version: str
    """The number of the version."""
    issued: CslDate
    """When the version was recorded: what it says is as of then."""
    url: str
    """The version's permanent address."""
    language: str
    """The language it is written in."""
    note: str
    """Who states it, how it stands, and whether there is a newer version."""


CslItems = Annotated[
    list[CslItem],
    Meta(
        title="CslItems",
        description="The one item that is cited, in CSL-JSON (https://citationstyles.org), which is always a list.",
        max_length=1,
    ),
]
CitationText = Annotated[
    str, Meta(title="CitationText", description="A citation in plain text, on one line: `style` says which.")
]
BibtexEntry = Annotated[str, Meta(title="BibtexEntry", description="An entry for BibTeX, in UTF-8.")]
RisRecord = Annotated[str, Meta(title="RisRecord", description="A record in RIS, in UTF-8.")]
