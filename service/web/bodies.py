"""Reading what is sent: of the right media type, not too large, not too slow, and as strictly as everything else."""

import asyncio
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from litestar.types import Receive
from werkzeug.http import parse_options_header

from schemas.editing import MOST_LINES
from schemas.failures import MOST_FAULTS, BodyTooLarge, BodyTooSlow, Fault, InvalidRequest, UnsupportedMediaType
from service.strict import read_json

T = TypeVar("T")

MERGE_PATCH = "application/merge-patch+json"
NDJSON = "application/x-ndjson"
FORM = "application/x-www-form-urlencoded"
LARGEST_BODY = 262_144
LARGEST_BULK = 8_388_608
LARGEST_QUESTION = 655_360
"""Bytes: 256 KiB, for a body of many lines 8 MiB, and for one that only asks 640 KiB: it writes a letter with up to
twelve, in a form and in JSON."""
_WITHIN = 30.0
"""Seconds a body may take to arrive."""


async def read_body(receive: Receive, headers: Mapping[str, str], media_type: str, most: int) -> bytes:
    """The body of a request, whole.

    UnsupportedMediaType if it is not of the media type, or is in a coding; BodyTooLarge if it has more than `most`
    bytes; BodyTooSlow if it takes too long.
    """
    _check_type(headers, media_type)
    announced = headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > most:
        raise _too_large(most)
    body = bytearray()
    try:
        async with asyncio.timeout(_WITHIN):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise InvalidRequest([Fault("The body ended before its end.")])
                body += message["body"]
                if len(body) > most:
                    raise _too_large(most)
                if not message["more_body"]:
                    return bytes(body)
    except TimeoutError as error:
        raise BodyTooSlow(f"The body did not arrive within {_WITHIN:.0f} seconds.") from error


def read_lines(body: bytes, decoder: msgspec.json.Decoder[T]) -> list[T]:
    """A body of lines, each of JSON. InvalidRequest names the lines that cannot be read; BodyTooLarge for too many."""
    body = body.removesuffix(b"\n")
    count = body.count(b"\n") + 1
    if count > MOST_LINES:
        raise BodyTooLarge(f"The body has {count} lines; it may have {MOST_LINES}.")
    read: list[T] = []
    faults: list[Fault] = []
    for number, line in enumerate(body.split(b"\n"), 1):
        if len(faults) >= MOST_FAULTS:
            break
        try:
            read.append(read_json(line, decoder))
        except InvalidRequest as refused:
            faults += [Fault(fault.detail, pointer=fault.pointer, line=number) for fault in refused.faults]
    if faults:
        raise InvalidRequest(faults)
    return read


def _check_type(headers: Mapping[str, str], media_type: str) -> None:
    given, options = parse_options_header(headers.get("content-type"))
    if given.lower() != media_type:
        said = f"not {given[:80]}" if given else "and none is named"
        raise UnsupportedMediaType(f"The body is wanted as {media_type}, {said}.", media_type)
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("The body is wanted in UTF-8 (of JSON: RFC 8259, section 8.1).", media_type)
    if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise UnsupportedMediaType("The body is wanted as it is, without a content coding.", media_type)


def _too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body has more than {most} bytes.")
