"""Traces, for who wants them: a span for each request that memory does not answer, and in it one for each statement.

What sends them is an extra (requirements/otel.lock). It is imported when CITABLE_OTLP_ENDPOINT is set, and not before.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.failures import CannotStart
from service.release import VERSION
from service.telemetry import tolerate
from service.trace import Trace

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.trace import Span

SENT_WITHIN = 3.0
"""Seconds a batch of spans has to be taken. They are sent by a thread; what is not taken is lost."""


class _Tolerated(logging.Handler):
    """What OpenTelemetry complains of again and again while its collector is away: counted, and seldom said."""

    def emit(self, record: logging.LogRecord) -> None:
        """Counts it; says it, if it is the first one for long."""
        tolerate("sending traces", RuntimeError(record.getMessage()))


class Begun(NamedTuple):
    """A span under way, and what was the current one before."""

    span: "Span"
    token: "Token[Context]"


class Spans:
    """What makes spans and has them sent to a collector, by OTLP over HTTP."""

    def __init__(self, endpoint: str) -> None:
        """CannotStart if what sends them is not installed."""
        try:
            from opentelemetry import context, trace
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise CannotStart(
                "CITABLE_OTLP_ENDPOINT is set, and what sends traces is not installed: "
                "`pip install -r requirements/otel.lock`."
            ) from error
        theirs = logging.getLogger("opentelemetry")
        theirs.handlers, theirs.propagate = [_Tolerated(logging.WARNING)], False
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=SENT_WITHIN)
        resource = Resource.create({"service.name": "citable", "service.version": VERSION})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("citable", VERSION)
        self._context, self._trace = context, trace

    def begin(self, scope: Any, parent: Trace | None) -> Begun:
        """The span of a request, which is the current one from now on. `parent` is the caller's."""
        trace = self._trace
        around = None
        if parent is not None:
            flags = trace.TraceFlags(trace.TraceFlags.SAMPLED if parent.is_sampled else trace.TraceFlags.DEFAULT)
            named = trace.SpanContext(
                int(parent.trace_id, 16), int(parent.span_id, 16), is_remote=True, trace_flags=flags
            )
            around = trace.set_span_in_context(trace.NonRecordingSpan(named))
        span = self._tracer.start_span(scope["method"], around, kind=trace.SpanKind.SERVER)
        if span.is_recording():
            span.set_attributes({"http.request.method": scope["method"], "url.path": scope["path"]})
            if scope["client"]:
                span.set_attribute("client.address", scope["client"][0])
        return Begun(span, self._context.attach(trace.set_span_in_context(span)))

    def name(self, begun: Begun) -> Trace:
        """What a span is called in the log."""
        named = begun.span.get_span_context()
        return Trace(f"{named.trace_id:032x}", f"{named.span_id:016x}", named.trace_flags.sampled)

    def end(self, begun: Begun, method: str, route: str, status: int) -> None:
        """Ends the span of a request, in the task it began in."""
        span = begun.span
        span.update_name(f"{method} {route}")
        span.set_attributes({"http.route": route, "http.response.status_code": status})
        if status >= 500:
            span.set_status(self._trace.StatusCode.ERROR)
        span.end()
        self._context.detach(begun.token)

    @contextmanager
    def statement(self, name: str) -> Iterator[None]:
        """The span of a statement, if a request asks it; what nobody asked for has none."""
        if not self._trace.get_current_span().is_recording():
            yield
            return
        attributes = {"db.system.name": "postgresql", "db.query.summary": name}
        with self._tracer.start_as_current_span(name, kind=self._trace.SpanKind.CLIENT, attributes=attributes):
            yield

    def close(self) -> None:
        """Sends what is left. It takes a while: not for the loop."""
        self._provider.shutdown()
