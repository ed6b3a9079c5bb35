"""Reading what a form sends: as strictly as a query, and what was typed besides, which no refusal may lose. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl

from schemas.failures import InvalidRequest
from schemas.fields import Request
from service.web.inputs import MOST_PARAMETERS, pairs_of, read_pairs

R = TypeVar("R", bound=Request)


@dataclass(frozen=True)
class Form:
    """The names and values of a form, in order, and why they may not be taken as they are, if so."""

    pairs: Sequence[tuple[str, str]]
    refused: InvalidRequest | None = None

    @property
    def typed(self) -> Mapping[str, str]:
        """What was typed, to be shown again: of a name that stands there more than once, its first value."""
        return dict(reversed(self.pairs))


def form_of(raw: bytes) -> Form:
    """A form as its sender typed it: lines end in a line feed, whatever it is sent with (HTML, "normalize newlines").

    What is not UTF-8 has the replacement character for each letter that cannot be read.
    """
    try:
        return Form(_typed(pairs_of(raw, "form")))
    except InvalidRequest as refused:
        return Form(_typed(_lenient(raw)), refused)


def read_form(form: Form, kind: type[R]) -> R:
    """A form as the Struct that names its fields. InvalidRequest lists everything wrong with it, as of a query."""
    if form.refused is not None:
        raise form.refused
    return read_pairs(form.pairs, kind)


def _lenient(raw: bytes) -> list[tuple[str, str]]:
    try:
        text = raw.decode(errors="replace")
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return []  # nobody typed into so many fields


def _typed(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value.replace("\r\n", "\n").replace("\r", "\n")) for name, value in pairs]
