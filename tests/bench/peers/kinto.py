"""Kinto, a store of JSON records over HTTP, on the same PostgreSQL: its records are the newest versions of the claims.

It is served by waitress, its own default; everything is loaded through its API, which is its only way in.
"""

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from tests.bench.work import PAGE, Questions, Request

MOST = 10_000
"""The most claims that are loaded: it takes a change of its own for each, minutes for these."""
LACKS = {
    "search": "finds no words",
    "as-of": "answers as things are now only",
    "deep page": "asked of ours only",
}
_RECORDS = "/buckets/citable/collections/claims/records"
_AUTHORIZATION = {"Authorization": f"Basic {base64.b64encode(b'bench:bench').decode()}"}
_BATCH = 100
_PROGRAM = [sys.executable, "-W", "ignore", "-c", "from kinto.__main__ import main; main()"]
_INI = """
[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = %(http_port)s
threads = 10
connection_limit = 200

[app:main]
use = egg:kinto
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.storage_pool_size = 10
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.permission_pool_size = 10
kinto.cache_backend = kinto.core.cache.memory
kinto.userid_hmac_secret = bench
kinto.batch_max_requests = {batch}
kinto.bucket_create_principals = system.Authenticated
multiauth.policies = basicauth
multiauth.policy.basicauth.use = kinto.core.authentication.BasicAuthAuthenticationPolicy

[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = ERROR
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(message)s
"""


def left_out(claims: int) -> str | None:
    """Why Kinto is not measured at a size; None if it is."""
    if find_spec("kinto") is None:
        return "is not measured: it could not be installed here"
    if claims > MOST:
        return f"is not measured: it is loaded through its API, which takes too long above {MOST:,} claims"
    return None


def configure(ini: Path, database_url: str) -> None:
    """Writes how Kinto is set up, and makes its tables."""
    ini.write_text(_INI.replace("{url}", database_url).replace("{batch}", str(_BATCH)))
    subprocess.run([*_PROGRAM, "migrate", "--ini", str(ini)], check=True, capture_output=True)


def command(ini: Path, port: int) -> list[str]:
    """How Kinto is started."""
    return [*_PROGRAM, "start", "--ini", str(ini), "--port", str(port)]


async def fill(port: int, lines: Iterable[bytes], hear: Callable[[int], None]) -> None:
    """Puts the newest versions of the claims in, a hundred a request, through a Kinto that runs."""
    newest: dict[str, bytes] = {}
    for line in lines:
        newest[msgspec.json.decode(line, type=_Named).id] = line
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/v1", headers=_AUTHORIZATION, timeout=120) as client:
        readable = {"permissions": {"read": ["system.Everyone"]}}
        (await client.put("/buckets/citable", json=readable)).raise_for_status()
        (await client.put("/buckets/citable/collections/claims", json={})).raise_for_status()
        waiting = list(newest.items())
        for start in range(0, len(waiting), _BATCH):
            some = waiting[start : start + _BATCH]
            puts: list[dict[str, Any]] = [
                {"method": "PUT", "path": f"/v1{_RECORDS}/{id}", "body": {"data": json.loads(line)}}
                for id, line in some
            ]
            answer = await client.post("/batch", json={"requests": puts})
            answer.raise_for_status()
            if refused := [r for r in answer.json()["responses"] if r["status"] >= 300]:
                raise RuntimeError(f"Kinto refused a record: {refused[0]}")
            hear(len(some))
            await asyncio.sleep(0)


class _Named(msgspec.Struct):
    id: str


def asked(questions: Questions, tags: list[str]) -> dict[str, list[Request]]:
    """The questions in Kinto's words."""
    items = [f"/v1{_RECORDS}/{id}" for id in questions.ids]
    return {
        "item": [Request(path) for path in items],
        "conditional": [Request(path, tag) for path, tag in zip(items, tags, strict=False)],
        "list": [Request(_listed(given.topic, given.measure, given.status)) for given in questions.filters],
    }


def _listed(topic: str | None, measure: str | None, status: str | None) -> str:
    given = {
        "contains_topics": topic and json.dumps([topic]),
        "measure": measure,
        "verification.status": status,
        "lifecycle": "published",
        "_sort": "-position",
        "_limit": PAGE,
    }
    return f"/v1{_RECORDS}?{urlencode({name: value for name, value in given.items() if value is not None})}"
