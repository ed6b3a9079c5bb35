"""GET /livez and /readyz: alive and ready are different questions."""

import pytest

from tests.web.asking import assert_problem


async def test_a_live_process_says_which_release_it_runs(curated):
    response = await curated.get("/livez")
    assert response.status_code == 200
    assert response.json()["status"] == "alive"
    contract = (await curated.get("/openapi.json")).json()
    assert response.json()["release"] == contract["info"]["version"]


async def test_a_process_with_its_servers_is_ready(curated):
    response = await curated.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "postgres": "up", "redis": "up"}


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_nobody_keeps_an_answer_about_health(path, curated):
    response = await curated.get(path)
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_health_takes_no_parameters(path, curated):
    assert_problem(await curated.get(f"{path}?verbose=1"), 400, "verbose")
