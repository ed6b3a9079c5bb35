"""What a request's own conditions make of an answer (RFC 9110, sections 12 and 13). Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_date, parse_etags

from schemas.failures import Fault, InvalidRequest, NotAcceptable, PreconditionFailed
from service.cache.encodings import uncoded

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?utf-?8\"?", re.IGNORECASE)
"""A parameter our media types give no meaning to (RFC 8259, section 11), which readers send all the same."""


def is_unchanged(etag: str, if_match: str | None, if_none_match: str | None) -> bool:
    """Whether the caller already has what `etag` names, so that 304 says it all. PreconditionFailed for `If-Match`."""
    if if_match is not None and not is_one_of(etag, if_match):
        raise PreconditionFailed(f"The current entity tag is {etag}.")
    if if_none_match is None:
        return False
    had = parse_etags(if_none_match)
    return had.star_tag or had.contains_weak(etag.strip('"'))


def is_one_of(etag: str, if_match: str) -> bool:
    """Whether an `If-Match` field names the entity tag: strongly, or as whatever there is.

    Whoever read the representation in a content coding names that coding's tag, and has read the same.
    """
    wanted = parse_etags(if_match)
    return wanted.star_tag or uncoded(etag.strip('"')) in {uncoded(tag) for tag in wanted.as_set() if tag}


def accepted(accept: str | None, available: Sequence[str]) -> str:
    """The best of the media types there are for an `Accept` field. NotAcceptable lists them."""
    if accept is None or not accept.strip():
        return available[0]
    best = parse_accept_header(_CHARSET.sub("", accept), MIMEAccept).best_match(list(available))
    if best is None:
        raise NotAcceptable(f"There is {' and '.join(available)}.")
    return best


def accepted_datetime(field: str) -> datetime:
    """The instant an `Accept-Datetime` field names (RFC 7089, section 2.1.1): the end of its second."""
    try:
        instant = parse_date(field)
        instant = instant and instant.astimezone(UTC)
    except OverflowError:  # a year no calendar has
        instant = None
    if instant is None:
        sentence = "`Accept-Datetime` is an HTTP date, such as `Sat, 01 Aug 2026 00:00:00 GMT`."
        raise InvalidRequest([Fault(sentence, parameter="Accept-Datetime")])
    return instant.replace(microsecond=999_999)
