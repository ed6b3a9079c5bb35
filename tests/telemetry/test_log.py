"""The log, as a collector reads it: a line of JSON for whatever happens, and none that anyone else could forge."""

import asyncio
import json
import re
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from db.pool import open_pool
from schemas.keys import Role, Secret
from tests.cli.programs import ROOT, Program, free_port, until
from tests.telemetry.traffic import logged, logged_soon
from tests.web.asking import CLAIM
from tests.web.writing import claim

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
FIELDS = ["time", "level", "event", "request_id", "method", "route", "path", "status", "milliseconds", "bytes", "cache",
          "client"]  # fmt: skip


def asked(watched, path: str, method: str = "GET", **fields: str):
    """The answer, and the line of the log about it."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    answer = watched.client.request(method, path, headers=named)
    return answer, logged_soon(watched.program, request_id=answer.headers["x-request-id"])


def test_the_line_the_readme_shows_has_the_fields_a_line_has():
    (shown,) = re.findall(r"```json\n(.*)\n```", (ROOT / "README.md").read_text())
    assert list(json.loads(shown)) == FIELDS


async def test_a_request_is_one_line_with_what_became_of_it(watched):
    await asyncio.to_thread(a_request_is_one_line, watched)


def a_request_is_one_line(watched):
    path = f"/v1/claims/{CLAIM}?as_of=151"
    for cache in ("store", "memory"):
        answer, line = asked(watched, path, accept_encoding="identity")
        assert list(line) == FIELDS
        assert line["time"].endswith("Z")
        assert abs(datetime.now(UTC) - datetime.fromisoformat(line["time"])) < timedelta(minutes=5)
        about = {
            "level": "info", "event": "request", "method": "GET", "route": "/v1/claims/{id}", "status": 200,
            "path": f"/v1/claims/{CLAIM}", "bytes": len(answer.content), "cache": cache, "client": "127.0.0.1",
        }  # fmt: skip
        assert line.items() >= about.items()
        assert 0 < line["milliseconds"] < 30_000
    _, line = asked(watched, path, "HEAD")
    assert (line["method"], line["bytes"], line["cache"]) == ("HEAD", 0, "memory")
    _, line = asked(watched, path, if_none_match=answer.headers["etag"], accept_encoding="identity")
    assert (line["status"], line["bytes"]) == (304, 0)
    _, line = asked(watched, path, accept_encoding="identity", x_forwarded_for="203.0.113.7")
    assert (line["cache"], line["client"]) == ("memory", "203.0.113.7")
    _, line = asked(watched, "/no/such/thing")
    assert (line["route"], line["status"], line["cache"], line["level"]) == ("other", 404, "none", "info")
    _, line = asked(watched, "/v1/claims/", "OPTIONS")
    assert (line["status"], line["method"]) == (404, "OPTIONS")


async def test_nothing_of_a_text_that_is_pasted_is_logged_whether_it_is_checked_or_refused(watched):
    def story() -> None:
        for more, status in (("", 200), ("\0", 400), (" and so on" * 5_000, 400)):
            text = f"Marmalade factories employ 6,200 AI firms.{more}"
            answer = watched.client.post("/check", data={"text": text}, headers={"Accept": "text/html"})
            assert "Marmalade" in answer.text
            line = logged_soon(watched.program, request_id=answer.headers["x-request-id"])
            assert (line["status"], line["route"], line["path"]) == (status, "/check", "/check")
        assert "armalade" not in watched.program.said

    await asyncio.to_thread(story)


async def test_who_asked_is_told_by_address_and_by_the_id_of_a_key_and_never_by_its_secret(watched):
    def story() -> None:
        secret = watched.keys[Role.EDITOR]
        answer = watched.client.post(
            "/v1/claims", json=claim(), headers={"Authorization": f"Bearer {secret}", "X-Forwarded-For": "192.0.2.7"}
        )
        line = logged_soon(watched.program, request_id=answer.headers["x-request-id"])
        assert (line["key"], line["client"], line["status"]) == (Secret.read(secret).key, "192.0.2.7", 201)
        _, line = asked(watched, "/v1/topics?limit=77", authorization=f"Bearer {Secret.generate().text}")
        assert "key" not in line
        for each in watched.keys.values():
            assert each not in watched.program.said
            assert each.rpartition("_")[2] not in watched.program.said

    await asyncio.to_thread(story)


@pytest.mark.parametrize(
    ("field", "is_taken"),
    [
        (f"00-{TRACE}-{SPAN}-01", True),
        (f"00-{TRACE}-{SPAN}-00", True),
        (f"cc-{TRACE}-{SPAN}-01-what-will-be-future", True),
        (f"00-{TRACE}-{SPAN}-01-what-will-be-future", False),
        (f"ff-{TRACE}-{SPAN}-01", False),
        (f"00-{TRACE.upper()}-{SPAN}-01", False),
        (f"00-{'0' * 32}-{SPAN}-01", False),
        (f"00-{TRACE}-{'0' * 16}-01", False),
        (f"00-{TRACE}-{SPAN}", False),
        (f"00-{TRACE}-{SPAN}-1", False),
        ("nonsense", False),
    ],
)
async def test_a_trace_is_what_the_caller_says_if_it_is_written_as_it_has_to_be(watched, field, is_taken):
    _, line = await asyncio.to_thread(asked, watched, "/livez", traceparent=field)
    assert (line.get("trace_id"), line.get("span_id")) == ((TRACE, SPAN) if is_taken else (None, None))


async def test_two_traces_are_none(watched):
    def ask() -> None:
        given = [("traceparent", f"00-{TRACE}-{SPAN}-01")] * 2
        answer = watched.client.get("/livez", headers=given)
        assert "trace_id" not in logged_soon(watched.program, request_id=answer.headers["x-request-id"])

    await asyncio.to_thread(ask)


HOSTILE = [
    b"/v1/claims/%0A%7B%22event%22:%22request%22%7D%1B[31m",
    "/v1/claims/\x9b31m\u2028".encode(),
    b'/v1/claims/\x80\xff"}\\',
    b"/v1/claims/" + b"A" * 5000,
]


@pytest.mark.parametrize("path", HOSTILE, ids=["encoded", "c1", "no text", "long"])
async def test_nobody_forges_a_line_or_sends_an_escape(watched, path):
    def ask() -> None:
        before = len(logged(watched.program, event="request"))
        with socket.create_connection(("127.0.0.1", watched.client.base_url.port)) as connection:
            forged = b"192.0.2.9\x9b2J"
            connection.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: %s\r\n\r\n" % (path, forged))
            answered = connection.recv(4000)
        named = re.search(rb"x-request-id: (\w+)", answered, re.IGNORECASE)[1].decode()
        line = logged_soon(watched.program, request_id=named)
        assert len(logged(watched.program, event="request")) == before + 1
        assert (line["path"] is None) == any(byte > 127 for byte in path)
        assert all(text.isprintable() for text in line.values() if isinstance(text, str))
        assert len(line["path"] or "") <= 1001
        assert all(text.isprintable() for text in watched.program.said.split("\n"))

    await asyncio.to_thread(ask)


async def test_what_is_no_http_is_a_line_too(watched):
    def ask() -> None:
        with socket.create_connection(("127.0.0.1", watched.client.base_url.port)) as connection:
            connection.sendall(b"\x16\x03\x01\x1b[31m\r\n\r\n")
            answered = connection.recv(4000)
        named = re.search(rb"x-request-id: (\w+)", answered)[1].decode()
        line = logged_soon(watched.program, request_id=named)
        assert (line["status"], line["route"], line["method"], line["path"]) == (400, "other", None, None)
        assert not [each for each in logged(watched.program) if "Invalid HTTP" in each["event"]]  # and only one

    await asyncio.to_thread(ask)


async def test_what_the_program_says_is_json_too_and_all_of_it_is_written_before_it_ends(database, tmp_path, cluster):
    port = free_port()
    url = await database("curated")
    program = Program(
        tmp_path, "serve", port=port, database_url=url, redis_url=f"{cluster.servers.redis_url}?db=13",
        log_format="json", log_requests="true",
    )  # fmt: skip

    def story() -> None:
        until(lambda: any("/docs" in line["event"] for line in logged(program)), "it serves")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            named = [client.get("/livez").headers["x-request-id"] for _ in range(200)]
        program.terminate()
        program.succeeded()
        assert [line["request_id"] for line in logged(program, event="request")] == named
        assert [line["event"] for line in logged(program)][-1] == "stopped"
        assert {line["level"] for line in logged(program)} == {"info"}

    await asyncio.to_thread(story)


async def test_a_failure_at_the_start_is_a_line_of_json(tmp_path):
    program = Program(tmp_path, "work", database_url="postgresql://127.0.0.1:1/x", log_format="json")
    assert await asyncio.to_thread(program.ends) == 1
    (line,) = logged(program)
    assert line["level"] == "error"
    assert "cannot be reached" in line["event"]


async def test_what_fails_by_our_fault_is_a_traceback_once_and_a_warning_whatever_the_level(
    cluster, database, tmp_path
):
    port, url = free_port(), await database("curated")
    program = Program(
        tmp_path, "serve", port=port, database_url=url, redis_url=f"{cluster.servers.redis_url}?db=14",
        log_format="json", log_requests="true", log_level="warning",
    )  # fmt: skip
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        async with asyncio.timeout(60):
            while True:
                with suppress(httpx.ConnectError):
                    assert (await client.get("/readyz")).status_code == 200
                    break
                await asyncio.sleep(0.05)
        pool = await open_pool(url, 1)
        await pool.execute("alter table measure_label rename to lost")
        answer = await client.get("/v1/measures")
        await pool.execute("alter table claim_version rename to lost_too")
        await pool.close()
        with pytest.raises(httpx.RemoteProtocolError):  # cut off: that it is over must not look like its end
            await client.get("/v1/changes/stream?after=0")
    assert answer.status_code == 500
    program.terminate()
    assert await asyncio.to_thread(program.ends) == 0
    assert len([line for line in logged(program) if "exception" in line]) == 2
    failure, cut_off = logged(program, event="a request failed")
    assert "UndefinedTableError" in cut_off["exception"]
    (request,) = logged(program, event="request", status=500)
    assert failure["request_id"] == request["request_id"] == answer.headers["x-request-id"]
    assert (failure["level"], failure["event"]) == ("error", "a request failed")
    assert failure["exception"].lstrip().startswith("Traceback")
    assert "UndefinedTableError" in failure["exception"]
    assert (request["level"], request["status"], request["route"]) == ("warning", 500, "/v1/measures")


async def test_the_log_for_people_has_a_line_a_request_too_and_keeps_foreign_lines_within_the_margin(
    cluster, database, tmp_path
):
    port, url = free_port(), await database("curated")
    program = Program(
        tmp_path,
        "serve",
        port=port,
        database_url=url,
        redis_url=f"{cluster.servers.redis_url}?db=14",
        log_requests="true",
    )
    await asyncio.to_thread(program.says, "/docs")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await client.get("/v1/claims/a%20b=%22c%22%0A?x=1")
    program.terminate()
    await asyncio.to_thread(program.succeeded)
    lines = [line for line in program.said.splitlines() if not line.startswith("·")]
    assert len(lines) == 1
    assert re.match(r"20..-..-..T..:..:..\.[0-9]{6}Z \[info +\] request ", lines[0])
    assert "path='/v1/claims/a%20b=%22c%22%0A'" in lines[0] or "path=/v1/claims/a%20b=%22c%22%0A" in lines[0]
    assert "x=1" not in lines[0]
