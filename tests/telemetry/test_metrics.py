"""The metrics, as Prometheus reads them: all that are documented, nothing else, and what they say is so."""

import asyncio
import re
import socket
import time

import msgspec

from schemas.keys import Role
from service.metrics import COUNTER, HISTOGRAM, METRICS, OF_PROCESS
from service.release import VERSION
from tests.cli.programs import ROOT
from tests.serving import serving
from tests.telemetry.traffic import scrape, scraped, watching
from tests.web.asking import CLAIM
from tests.web.writing import claim
from tests.work.receivers import receiving

ROWS = re.findall(
    r"^\| `(citable_[a-z_]+)` \| (\w+) \| (.*?) \| (.+?) \|$", (ROOT / "README.md").read_text(), re.MULTILINE
)
DURATIONS = "citable_request_duration_seconds_count"


def test_every_metric_is_in_the_table_of_the_readme_as_it_is_and_nothing_else_is():
    shown = {name: (kind, re.findall(r"`([a-z]+)`", labels)) for name, kind, labels, _ in ROWS}
    assert shown == {metric.name: (metric.kind, list(metric.labels)) for metric in METRICS}


def test_the_readme_names_what_is_known_of_every_process():
    assert re.findall(r"`(process_[a-z_]+)`", (ROOT / "README.md").read_text()) == sorted(OF_PROCESS)


def traffic(watched, receiver_url: str) -> None:
    """One request of each kind there is."""
    get, editor = watched.client.get, {"Authorization": f"Bearer {watched.keys[Role.EDITOR]}"}
    for path in ("/v1/claims?limit=3", "/v1/claims?limit=3", "/livez", "/no/such/thing", "/v1/claims/nothing", "/v1/x"):
        get(path)
    assert watched.client.post("/v1/claims", json=claim(), headers=editor).status_code == 201
    assert watched.client.post("/v1/claims", json={}, headers=editor).status_code == 400
    assert watched.client.request("BREW", "/v1/claims").status_code in (400, 405)
    partner = {"Authorization": f"Bearer {watched.keys[Role.PARTNER]}"}
    made = watched.client.post("/v1/webhooks", json={"url": receiver_url}, headers=partner)
    assert made.status_code == 201, made.text
    assert watched.client.post(f"/v1/webhooks/{made.json()['id']}/test", headers=partner).status_code == 201


async def test_after_some_traffic_every_documented_metric_is_there_and_nothing_undocumented(watched):
    async with receiving() as receiver:
        await asyncio.to_thread(traffic, watched, receiver.url)
    found = await scrape(watched.metrics)
    known = {
        metric.name.removesuffix("_total") if metric.kind == COUNTER else metric.name: metric for metric in METRICS
    }
    assert set(found.families) == set(known) | {name.removesuffix("_total") for name in OF_PROCESS}
    for name, family in found.families.items():
        if name not in known:
            continue
        metric = known[name]
        assert (family.type, family.documentation) == (metric.kind, metric.says)
        for sample in family.samples:
            extra = {"le"} if metric.kind == HISTOGRAM and sample.name.endswith("_bucket") else set()
            assert set(sample.labels) == set(metric.labels) | extra, sample
        assert family.samples or name == "citable_failures_tolerated", name
    assert found.value("citable_build_info", version=VERSION) == 1
    assert found.value("citable_webhook_attempts_total", result="taken") >= 1
    assert found.value("citable_writes_total", result="done") >= 3
    assert found.value("citable_writes_total", result="refused") >= 1
    assert found.value("citable_pool_wait_seconds_count", use="writing") >= 1
    assert found.value("citable_log_position") >= 176
    assert 0 <= found.value("citable_log_unconfirmed_seconds") < 5
    assert found.value("citable_webhooks_disabled") == 0
    assert found.value("citable_redis_circuit_open") == 0


async def test_a_route_is_an_address_of_ours_whatever_was_asked_for(watched):
    def ask() -> None:
        for number in range(30):
            watched.client.get(f"/wp-admin/{number}.php")
            watched.client.get(f"/v1/claims/none-{number}")
            watched.client.get(f"/v1/claims?limit={number + 1}")

    before = await scrape(watched.metrics)
    await asyncio.to_thread(ask)
    after = await scrape(watched.metrics)
    routes = {sample.labels["route"] for sample in after.samples(DURATIONS)}
    assert routes <= {"other", *_paths()}
    for route, status in (("other", "4xx"), ("/v1/claims/{id}", "4xx"), ("/v1/claims", "2xx")):
        grown = after.value(DURATIONS, route=route, status=status) - before.value(DURATIONS, route=route, status=status)
        assert grown == 30, route


def _paths() -> set[str]:
    return set(msgspec.json.decode((ROOT / "openapi/openapi.json").read_bytes())["paths"]) | {"/", "/docs/{file}"}


async def test_the_level_that_answered_is_told_apart(watched):
    def grown(path: str, **fields: str) -> dict[str, float]:
        before = scraped(watched.metrics)
        assert watched.client.get(path, headers=fields).status_code in (200, 304)
        after = scraped(watched.metrics)
        names = ("memory", "redis", "store", "none")
        found = {name: after.value(DURATIONS, level=name) - before.value(DURATIONS, level=name) for name in names}
        return {name: more for name, more in found.items() if more}

    def story() -> None:
        path = f"/v1/claims/{CLAIM}?as_of=150"
        assert grown(path) == {"store": 1}
        assert grown(path) == {"memory": 1}
        tag = watched.client.get(path).headers["etag"]
        assert grown(path, **{"If-None-Match": tag}) == {"memory": 1}
        assert grown("/livez") == {"none": 1}

    await asyncio.to_thread(story)
    found = await scrape(watched.metrics)
    answers = {level: found.value("citable_cache_answers_total", level=level) for level in ("memory", "redis", "miss")}
    counted = {level: found.value(DURATIONS, level=level) for level in ("memory", "redis", "store")}
    assert list(answers.values()) == list(counted.values())


async def test_durations_are_those_of_the_requests(watched):
    def ask() -> float:
        began = time.monotonic()
        assert watched.client.get("/v1/changes?after=100000000&wait=1").status_code in (200, 400)
        assert watched.client.get("/v1/changes", params={"after": position, "wait": 1}).status_code == 200
        return time.monotonic() - began

    position = watched.client.get("/v1/claims?limit=1").json()["position"]
    name = "citable_request_duration_seconds_sum"
    before = (await scrape(watched.metrics)).value(name, route="/v1/changes")
    took = await asyncio.to_thread(ask)
    after = (await scrape(watched.metrics)).value(name, route="/v1/changes")
    assert 0.9 < after - before <= took


async def test_what_is_no_http_is_counted_too(watched):
    before = (await scrape(watched.metrics)).value(DURATIONS, route="other", method="other", status="4xx")
    with socket.create_connection(("127.0.0.1", watched.client.base_url.port)) as connection:
        connection.sendall(b"\x16\x03\x01nonsense\r\n\r\n")
        assert b" 400 " in connection.recv(1000)
    after = (await scrape(watched.metrics)).value(DURATIONS, route="other", method="other", status="4xx")
    assert after == before + 1


async def test_a_refusal_of_a_limit_is_counted(cluster):
    name = await cluster.new_database("curated")
    api = serving(cluster.url(name), f"{cluster.servers.redis_url}?db=12", reads_per_minute=3)
    async with api as api, watching(api) as port:
        before = await scrape(port)
        statuses = [(await api.get(f"/v1/claims?limit={number}")).status_code for number in range(1, 20)]
        found = await scrape(port)
    assert found.value("citable_rate_limit_refusals_total", limit="reads") == statuses.count(429) >= 10
    assert before.value("citable_rate_limit_refusals_total") == 0
    await cluster.drop(name)
