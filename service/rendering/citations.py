"""Citations of a claim, in the styles that writers and their programs read. Pure.

One item of CSL-JSON is the source of all of them. Of APA's rules nothing is ours: its style file is the CSL project's
(`styles/apa.csl`, under the licence it names), and citeproc-py applies it.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from schemas.addresses import claim_page
from schemas.citations import CitationStyle, CslDate, CslItem, CslName
from schemas.claims import ClaimVersion
from schemas.verification import Lifecycle, Status
from service.rendering.feed import LANGUAGE, PUBLISHER
from service.rendering.standing import STANDINGS

CSL_JSON = "application/vnd.citationstyles.csl+json"
BIBTEX = "application/x-bibtex"
RIS = "application/x-research-info-systems"
TEXT = "text/plain"
MEDIA = {
    CitationStyle.APA: TEXT,
    CitationStyle.AP: TEXT,
    CitationStyle.BIBTEX: BIBTEX,
    CitationStyle.RIS: RIS,
    CitationStyle.CSL_JSON: CSL_JSON,
}
"""The media type of each style; of those with the same, the first is meant by it."""

_MONTHS = ("Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
"""As the Associated Press writes them in a date."""
_BIBTEX_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""Names that every style of BibTeX writes in its own way."""
_FOUND = {
    Status.VERIFIED: "verified the claim",
    Status.VERIFIED_WITH_CAVEATS: "verified the claim, with caveats",
    Status.DISPUTED: "lists the claim as disputed",
    Status.UNSUPPORTED: "found no evidence for the claim",
    Status.REFUTED: "found the claim to be wrong",
    Status.UNVERIFIED: "has not verified the claim",
}
_LATEX = str.maketrans(
    {character: rf"\{character}" for character in "&%$#_"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
)
"""What means something to LaTeX. Braces are spelt out: BibTeX counts them even behind a backslash."""
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def citation(style: CitationStyle, claim: ClaimVersion, newest: ClaimVersion, origin: str) -> bytes:
    """The citation of a version of a claim, of which `newest` is the newest; `origin` is where we are."""
    item = item_of(claim, newest, origin)
    if style is CitationStyle.CSL_JSON:
        return msgspec.json.encode([item])
    if style is CitationStyle.AP:
        return f"{_ap(item, claim, newest)}\n".encode()
    writers: dict[CitationStyle, Callable[[CslItem], str]] = {
        CitationStyle.APA: _apa,
        CitationStyle.BIBTEX: _bibtex,
        CitationStyle.RIS: _ris,
    }
    return f"{writers[style](item)}\n".encode()


def item_of(claim: ClaimVersion, newest: ClaimVersion, origin: str) -> CslItem:
    """A version of a claim as CSL-JSON, with its permanent address."""
    recorded = claim.recorded_at
    return CslItem(
        id=f"{claim.id}-v{claim.version}",
        type="webpage",
        title=f"RETRACTED: {_title(claim)}" if newest.lifecycle is Lifecycle.RETRACTED else _title(claim),
        author=[CslName(literal=PUBLISHER)],
        publisher=PUBLISHER,
        genre=f"Claim, version {claim.version}",
        version=str(claim.version),
        issued=CslDate(date_parts=[[recorded.year, recorded.month, recorded.day]]),
        url=origin + claim_page(claim.id, claim.version),
        language=LANGUAGE,
        note=" ".join([f"Stated by {_stopped(claim.attributed_to)}", *_standing(claim, newest)]),
    )


def _standing(claim: ClaimVersion, newest: ClaimVersion) -> list[str]:
    """How a version stands, and what came after it, in sentences."""
    label = STANDINGS[claim.verification.status].label.lower()
    said = [f"As of {claim.recorded_at:%Y-%m-%d}: {label}."]
    if newest.lifecycle is Lifecycle.RETRACTED:
        why = f": {_line(newest.change.note)}" if newest.change.note else "."
        said.append(_stopped(f"Retracted on {newest.recorded_at:%Y-%m-%d}{why}"))
    elif newest.version != claim.version:
        said.append(f"There is a newer version, {newest.version}, of {newest.recorded_at:%Y-%m-%d}.")
    return said


def _apa(item: CslItem) -> str:
    """A reference in APA style. The publisher is left out: it is the author, who is named first (APA 7, 9.29)."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    wanted = ("id", "type", "title", "author", "genre", "issued", "URL", "language")
    values = {name: value for name, value in msgspec.to_builtins(item).items() if name in wanted}
    bibliography = CitationStylesBibliography(_apa_style(), CiteProcJSON([values]), formatter.plain)
    bibliography.register(Citation([CitationItem(item.id)]))
    return _line(str(bibliography.bibliography()[0]))


@cache
def _apa_style() -> Any:
    from citeproc import CitationStylesStyle

    return CitationStylesStyle(str(Path(__file__).parent / "styles" / "apa.csl"), validate=False)


def _ap(item: CslItem, claim: ClaimVersion, newest: ClaimVersion) -> str:
    """Sentences as a journalist writes them: who says what, what we found, as of when."""
    title = item.title
    said = f"{title} (according to {claim.attributed_to})." if title[-1] in "?!…" else (
        f"{title}, according to {_stopped(claim.attributed_to)}"
    )  # fmt: skip
    version = f"version {claim.version}"
    if newest.lifecycle is Lifecycle.RETRACTED:
        why = f" {_stopped(_line(newest.change.note))}" if newest.change.note else ""
        return f"{said} {PUBLISHER} withdrew the claim on {_day(newest.recorded_at)}.{why} Cited: {version}, {item.url}"
    if newest.version != claim.version:
        version = f"{version}; the newest is {newest.version}, of {_day(newest.recorded_at)}"
    found = _FOUND[claim.verification.status]
    return f"{said} {PUBLISHER} {found}, as of {_day(claim.recorded_at)} ({version}): {item.url}"


def _bibtex(item: CslItem) -> str:
    """An entry for BibTeX and biber. What stands in two pairs of braces keeps its capitals, and is one name."""
    ((year, month, _),) = item.issued.date_parts
    fields = {
        "author": f"{{{_tex(PUBLISHER)}}}",
        "title": f"{{{_tex(item.title)}}}",
        "howpublished": _tex(item.genre),
        "version": item.version,
        "year": str(year),
        "publisher": _tex(item.publisher),
        "url": item.url,
        "note": _tex(item.note),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    lines.append(f"  month = {_BIBTEX_MONTHS[month - 1]}")
    return f"@misc{{{item.id},\n" + ",\n".join(lines) + "\n}"


def _ris(item: CslItem) -> str:
    """A record in RIS: a tag and a value a line."""
    ((year, month, day),) = item.issued.date_parts
    fields = {
        "TY": "ELEC",
        "ID": item.id,
        "AU": PUBLISHER,
        "TI": item.title,
        "PY": str(year),
        "DA": f"{year}/{month:02}/{day:02}",
        "ET": f"Version {item.version}",
        "M3": item.genre,
        "PB": item.publisher,
        "LA": item.language,
        "N1": item.note,
        "UR": item.url,
    }
    return "".join(f"{tag}  - {_line(value)}\n" for tag, value in fields.items()) + "ER  - "


def _title(claim: ClaimVersion) -> str:
    """A statement as a title, which has no full stop."""
    line = _line(claim.statement)
    return line[:-1] if line.endswith(".") and not line.endswith("..") and len(line) > 1 else line


def _line(text: str) -> str:
    """A text on one line."""
    return _SPACE.sub(" ", text).strip()


def _stopped(text: str) -> str:
    """A text that ends as a sentence."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _day(instant: datetime) -> str:
    return f"{_MONTHS[instant.month - 1]} {instant.day}, {instant.year}"


def _tex(text: str) -> str:
    return _line(text).translate(_LATEX)
