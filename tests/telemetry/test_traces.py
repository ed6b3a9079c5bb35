"""Traces, as a collector gets them: a span a request, in its caller's, and a span a statement in it."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.cli.programs import ROOT, Program, free_port
from tests.telemetry.traffic import logged, scrape
from tests.web.asking import CLAIM

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[dict[str, Any], Span]]]]:
    """The address of a collector, and each span it was sent, with what sent it."""
    received: list[tuple[dict[str, Any], Span]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
            for of_resource in sent.resource_spans:
                resource = {each.key: each.value.string_value for each in of_resource.resource.attributes}
                received.extend((resource, span) for scope in of_resource.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()


def attributes(span: Span) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


async def test_a_request_is_a_span_in_its_caller_s_and_its_statements_are_spans_in_it(cluster, database, tmp_path):
    port = free_port()
    with collector() as (endpoint, received):
        program = Program(
            tmp_path, "serve", port=port, database_url=await database("curated"), otlp_endpoint=endpoint,
            redis_url=f"{cluster.servers.redis_url}?db=15", log_format="json", log_requests="true",
        )  # fmt: skip
        await asyncio.to_thread(program.says, "/docs")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            path = f"/v1/claims/{CLAIM}?as_of=149"
            first = await client.get(path, headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})
            assert first.status_code == 200
            again = await client.get(path, headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})
            assert again.headers["cache-status"].startswith("citable-memory; hit")
            unsampled = await client.get("/livez", headers={"traceparent": f"00-{TRACE}-{SPAN}-00"})
            assert unsampled.status_code == 200
            assert (await client.get("/v1/claims/none", headers={"traceparent": "nonsense"})).status_code == 404
        program.terminate()
        await asyncio.to_thread(program.succeeded)
    spans = [span for _, span in received]
    assert {resource["service.name"] for resource, _ in received} == {"citable"}
    asked = [span for span in spans if span.kind == Span.SPAN_KIND_SERVER]
    assert [span.name for span in asked] == ["GET /v1/claims/{id}"] * 2
    inside, root = asked
    assert (inside.trace_id.hex(), inside.parent_span_id.hex()) == (TRACE, SPAN)
    assert root.trace_id.hex() != TRACE
    assert not root.parent_span_id
    about = {"http.request.method": "GET", "http.route": "/v1/claims/{id}", "http.response.status_code": 200,
             "url.path": f"/v1/claims/{CLAIM}", "client.address": "127.0.0.1"}  # fmt: skip
    assert attributes(inside) == about
    assert inside.status.code == Status.STATUS_CODE_UNSET
    statements = [span for span in spans if span.kind == Span.SPAN_KIND_CLIENT and span.trace_id == inside.trace_id]
    assert statements
    for span in statements:
        file, _, name = span.name.partition(":")
        assert f"-- name: {name}\n" in (ROOT / "db" / file).read_text()
        assert span.parent_span_id == inside.span_id
        assert inside.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= inside.end_time_unix_nano
    of_requests = {span.span_id for span in asked}
    assert all(span.parent_span_id in of_requests for span in spans if span.kind == Span.SPAN_KIND_CLIENT)
    named = {line["request_id"]: line for line in logged(program, event="request")}
    for answer, span_id in ((first, inside.span_id.hex()), (again, SPAN)):
        line = named[answer.headers["x-request-id"]]
        assert (line["trace_id"], line["span_id"]) == (TRACE, span_id)


async def test_a_collector_that_hangs_harms_no_request_and_no_end(cluster, database, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:  # who connects is never answered
        port, metrics, endpoint = free_port(), free_port(), listener.getsockname()[1]
        program = Program(
            tmp_path, "serve", port=port, metrics_port=metrics, otlp_endpoint=f"http://127.0.0.1:{endpoint}",
            database_url=await database("curated"), redis_url=f"{cluster.servers.redis_url}?db=15",
            OTEL_BSP_SCHEDULE_DELAY=100,
        )  # fmt: skip
        await asyncio.to_thread(program.says, "/docs")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
            for _ in range(2):
                assert (await client.get("/v1/claims?limit=1")).status_code == 200
            async with asyncio.timeout(30):
                while not (await scrape(metrics)).value("citable_failures_tolerated_total", what="sending traces"):
                    await asyncio.sleep(0.1)
            assert (await client.get("/v1/claims?limit=2")).status_code == 200
        program.terminate()
        began = time.monotonic()
        assert await asyncio.to_thread(program.ends) == 0
        assert time.monotonic() - began < 15
    assert program.said.count("sending traces failed and was tolerated") == 1


async def test_without_the_extra_it_is_one_sentence(database, cluster, tmp_path, monkeypatch):
    (tmp_path / "opentelemetry").mkdir()
    (tmp_path / "opentelemetry/__init__.py").write_text("raise ImportError('it is not installed')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    program = Program(
        tmp_path, "serve", port=free_port(), database_url=await database("curated"), otlp_endpoint="http://127.0.0.1:1",
        redis_url=f"{cluster.servers.redis_url}?db=15",
    )  # fmt: skip
    said = await asyncio.to_thread(program.failed_in_a_sentence)
    assert said.startswith("CITABLE_OTLP_ENDPOINT is set, and what sends traces is not installed")
    assert "requirements/otel.lock" in said


def test_without_the_setting_nothing_that_makes_or_sends_spans_is_imported():
    """redis-py looks for OpenTelemetry's metrics by itself, where it is installed."""
    loaded = subprocess.check_output(
        [sys.executable, "-c", "import sys, service.serving; print(*sys.modules)"], cwd=ROOT, text=True
    )
    assert "service.spans" in loaded.split()
    assert "opentelemetry.sdk.trace" not in loaded.split()
    assert "opentelemetry.exporter" not in loaded
