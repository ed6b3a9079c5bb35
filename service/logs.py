"""The log: everything the program says goes through here, as lines for people or as JSON, and nothing can forge a line.

What is from outside (an address, a client's words in a failure) stands in a line only in printable characters.
"""

import logging
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import IO, Any, cast

import msgspec
import structlog
from structlog.typing import EventDict, WrappedLogger

from service.console import Written, console, speak_through
from service.lines import Answered, Line, Lines
from service.settings import Settings
from service.telemetry import log, was_logged
from service.trace import trace_of

_LONGEST = 1000
"""Characters of a text from outside that are logged."""
_IN_ORDER = ("time", "level", "event")

Clocks = Callable[[], tuple[datetime, float]]
"""What time it is, in UTC, and on the monotonic clock."""

_state: list[Lines] = []
"""The lines of this process, while its log is open."""


def open_log(settings: Settings, clocks: Clocks) -> None:
    """Lets everything that is logged go out as the settings say, until `close_log`."""
    close_log()
    render = _renderer(settings.log_format)
    lines = Lines(
        sys.stderr.fileno(),
        lambda batch: _rendered(batch, render, clocks),
        lambda missing: _missing(missing, render, clocks),
    )
    _state.append(lines)
    handler = _Handler(lines)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _printable,
                lambda _, __, event: render(event),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    log.setLevel(settings.log_level.upper())
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)  # an outage is said by the requests that meet it
    if settings.log_format == "json":
        speak_through(log)
    elif not sys.stderr.isatty():  # whoever reads a pipe may stop reading it
        console.file = cast("IO[str]", Written(lines.put))


def close_log() -> None:
    """Writes what waits to be written."""
    while _state:
        speak_through(None)
        console.file = sys.stderr
        _state.pop().close()


def lines_of_requests(settings: Settings) -> Lines | None:
    """Where a line for each request goes, if that is wanted and the log is open."""
    return _state[0] if settings.log_requests and _state else None


def least_status(settings: Settings) -> int:
    """The least status of an answer that is logged at a level: all of them at `info`, failures of ours at `warning`."""
    return {"debug": 0, "info": 0, "warning": 500}.get(settings.log_level, 1000)


def dropped_lines() -> float:
    """How many lines were dropped so far."""
    return sum(lines.dropped for lines in _state)


class _Handler(logging.Handler):
    """Puts what is logged into words, and has it written."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """A failure that was logged where it was noticed is not logged again by the server it went through."""
        error = record.exc_info[1] if record.exc_info else None
        if record.name == "uvicorn.error" and error is not None and was_logged(error):
            return
        try:
            self._lines.put(self.format(record).encode() + b"\n")
        except Exception:  # noqa: BLE001 - as every handler of logging: what cannot be logged breaks nothing
            self.handleError(record)


def _rendered(batch: list[Line], render: Callable[[EventDict], str], clocks: Clocks) -> bytes:
    now, monotonic = clocks()
    return b"".join(
        line if isinstance(line, bytes) else render(_of_request(line, now, monotonic)).encode() + b"\n"
        for line in batch
    )


def _of_request(line: Answered, now: datetime, monotonic: float) -> EventDict:
    """A request as it is logged: with its path as it was sent, and without its query, which is the reader's own."""
    ended, began, method, path, client, traces, route, status, size, level, request_id, key, span = line
    event: EventDict = {
        "time": _written(now - timedelta(seconds=monotonic - ended)),
        "level": "info" if status < 500 else "warning",
        "event": "request",
        "request_id": request_id,
        "method": _text(method),
        "route": route,
        "path": path and _text(path.decode("latin-1")),
        "status": status,
        "milliseconds": round((ended - began) * 1000, 3),
        "bytes": size,
        "cache": level,
        "client": _text(client),
    }
    if key is not None:
        event["key"] = key
    trace = span or trace_of(traces)
    if trace is not None:
        event["trace_id"], event["span_id"] = trace.trace_id, trace.span_id
    return event


def _missing(count: int, render: Callable[[EventDict], str], clocks: Clocks) -> bytes:
    now, _ = clocks()
    event = "lines of the log were dropped: whoever reads them is too slow"
    return render({"time": _written(now), "level": "warning", "event": event, "lines": count}).encode() + b"\n"


def _written(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _renderer(form: str) -> Callable[[EventDict], str]:
    if form == "json":
        return _as_json
    for_people = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        timestamp_key="time",
        exception_formatter=structlog.dev.plain_traceback,
        pad_event_to=0,
    )
    return lambda event: str(for_people(None, "", event))


def _as_json(event: EventDict) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


def _printable(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """An event whose texts are printable; a traceback keeps its lines, which are set in from the margin."""
    exception = event.pop("exception", None)
    event.pop("color_message", None)  # uvicorn's, for terminals
    shown = {name: _text(value) if isinstance(value, str) else value for name, value in event.items()}
    ordered = {name: shown.pop(name) for name in _IN_ORDER if name in shown} | shown
    if exception is not None:
        ordered["exception"] = "\n".join(f"  {_text(line)}" for line in exception.split("\n"))
    return ordered


def _text(text: Any) -> Any:
    """A text in printable characters; the others as Python writes them."""
    if not isinstance(text, str):
        return text
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return cut if cut.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)
