"""`citable check`: which numbers of a text are claims we hold, for whoever has it in a file."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
import msgspec
from rich.console import Console
from rich.text import Text as Styled

from db.log import log_head
from db.migrations import require_migrated
from db.pool import Pool, reading
from schemas.failures import FileRefused, OriginUnavailable
from schemas.matching import LONGEST_TEXT, MOST_CANDIDATES, Candidate, Match, Matches, Numeric, Span, Unmatched
from schemas.verification import Status
from service.cli.database import with_database

Ask = Callable[[str], Awaitable[Matches]]
Passage = TypeVar("Passage", Match, Unmatched)

_WITHIN = 30.0
_SIGNS = {
    Numeric.CONSISTENT: ("✓", "green"),
    Numeric.WITHIN_ROUNDING: ("≈", "green"),
    Numeric.EXCEEDS: ("▲", "yellow"),
    Numeric.FALLS_SHORT: ("▼", "yellow"),
    Numeric.OUTDATED: ("↻", "yellow"),
    Numeric.CONTRADICTS: ("✗", "red"),
    Numeric.NO_NUMBER: ("·", "cyan"),
}
_STATUSES = {
    Status.VERIFIED: "green",
    Status.VERIFIED_WITH_CAVEATS: "green",
    Status.DISPUTED: "yellow",
    Status.UNVERIFIED: "yellow",
    Status.UNSUPPORTED: "red",
    Status.REFUTED: "red",
}


@click.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--url", help="Ask the Citable at this address, and no database.")
@click.option("--limit", type=click.IntRange(1, MOST_CANDIDATES), default=3, show_default=True,
              help="Claims shown of a passage.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Write what POST /v1/matches answers.")
def check_command(file: Path, url: str | None, limit: int, as_json: bool) -> None:
    """Say which numbers in FILE are claims that are held, and whether they are right; - is stdin.

    A text is UTF-8, and as long as you like. Exits with 0 whatever is found, with 1 if it could not be checked, and
    with 2 if it was not asked rightly.
    """
    text = _read(file)
    if url is not None:
        if not url.startswith(("https://", "http://")):
            raise click.BadParameter("it is an address: https://…", param_hint="--url")
        _show(text, asyncio.run(_asked_over_http(url, text, limit)), as_json)
        return

    async def work(pool: Pool) -> None:
        from service.texts import Texts  # here, as httpx below: other commands need not wait for what this one takes

        await require_migrated(pool)
        async with reading(pool) as connection:
            position = (await log_head(connection)).position
        texts = Texts()
        _show(text, await whole(text, lambda piece: texts.check(pool, piece, position, limit, is_head=True)), as_json)

    with_database(work)


def _read(file: Path) -> str:
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(f"{file} is no text in UTF-8: byte {error.start} is none of it.") from error
    if not text.strip():
        raise FileRefused(f"{file} has no text to check.")
    return text


async def whole(text: str, ask: Ask) -> Matches:
    """What is found in a text however long: piece after piece, each cut where a sentence ends, or else a word."""
    items: list[Match] = []
    unmatched: list[Unmatched] = []
    begin, position = 0, 0
    while text[begin:].strip():
        piece = text[begin : begin + LONGEST_TEXT]
        if begin + LONGEST_TEXT < len(text):
            ends = max(piece.rfind("\n"), *(piece.rfind(f"{sign} ") + 1 for sign in ".!?"))
            piece = piece[: (ends if ends > LONGEST_TEXT // 2 else piece.rfind(" ")) + 1] or piece
        found = await ask(piece)
        items += [_moved(one, begin) for one in found.items]
        unmatched += [_moved(one, begin) for one in found.unmatched]
        begin, position = begin + found.compared_to, found.position
    return Matches(items=items, unmatched=unmatched, compared_to=len(text), position=position)


def _moved(one: Passage, by: int) -> Passage:
    """A passage of a piece of a text as one of the text, which it begins so far behind the beginning of."""
    return msgspec.structs.replace(
        one,
        span=_further(one.span, by),
        numbers=[msgspec.structs.replace(number, span=_further(number.span, by)) for number in one.numbers],
        dates=[msgspec.structs.replace(date, span=_further(date.span, by)) for date in one.dates],
    )


def _further(span: Span, by: int) -> Span:
    return Span(start=span.start + by, end=span.end + by)


async def _asked_over_http(url: str, text: str, limit: int) -> Matches:
    import httpx

    async with httpx.AsyncClient(base_url=url, timeout=_WITHIN) as client:

        async def ask(piece: str) -> Matches:
            try:
                response = await client.post("/v1/matches", json={"text": piece, "limit": limit})
                response.raise_for_status()
                return msgspec.json.decode(response.content, type=Matches)
            except (httpx.HTTPError, msgspec.DecodeError) as error:
                raise OriginUnavailable(f"{url} does not check texts: {str(error) or type(error).__name__}.") from error

        return await whole(text, ask)


def _show(text: str, found: Matches, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return
    console = Console(highlight=False, soft_wrap=True)
    passages: list[Match | Unmatched] = [*found.items, *found.unmatched]
    for one in sorted(passages, key=lambda one: one.span.start):
        console.print(_passage(text, one))
        if isinstance(one, Match):
            for candidate in one.candidates:
                console.print(_candidate(candidate))
        else:
            console.print(_nothing(one))
    console.print(Styled(
        f"{len(passages)} {'passage states a number' if len(passages) == 1 else 'passages state numbers'}; "
        f"{len(found.items)} of them claims, as of position {found.position}.",
        style="bold",
    ))  # fmt: skip


def _passage(text: str, one: Match | Unmatched) -> Styled:
    """A passage on one line, behind the number of its line, with its numbers in bold."""
    line = text.count("\n", 0, one.span.start) + 1
    shown = Styled("".join(sign if sign.isprintable() else " " for sign in one.quote))  # no text moves the cursor
    for number in one.numbers:
        shown.stylize("bold", number.span.start - one.span.start, number.span.end - one.span.start)
    return Styled(f"{line:>4}  ", style="dim").append_text(shown)


def _candidate(one: Candidate) -> Styled:
    sign, colour = _SIGNS.get(one.numeric, ("·", "cyan"))
    said = Styled(f"      {sign} {str(one.numeric).replace('_', ' ')}", style=colour)
    said.append(f"  {one.claim}@{one.version}", style="default")
    said.append(f"  {str(one.status).replace('_', ' ')}", style=_STATUSES.get(one.status, "default"))
    return said.append(f"  {one.statement}", style="dim")


def _nothing(one: Unmatched) -> Styled:
    nearest = "" if one.nearest is None else f"; nearest is {one.nearest.measure}"
    return Styled(f"      · no claim is held of this{nearest}", style="dim")
