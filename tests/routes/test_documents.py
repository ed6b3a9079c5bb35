"""GET /openapi.json, /docs and /problems/{slug}: the contract, its pages, and what each problem means."""

import re
from pathlib import Path

import pytest

from service.web.problems import INTERNAL, SHAPES
from tests.web.asking import ADDRESSES, assert_problem

ROOT = Path(__file__).parents[2]
SLUGS = sorted({shape.slug for shape in (*SHAPES.values(), INTERNAL)})


async def test_the_contract_served_is_the_file_that_was_reviewed(curated):
    response = await curated.get("/openapi.json")
    assert response.content == (ROOT / "openapi" / "openapi.json").read_bytes()
    assert response.headers["content-type"] == "application/json"
    assert response.json()["openapi"].startswith("3.1.")


async def test_the_reference_loads_nothing_from_elsewhere(curated):
    page = await curated.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    wanted = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert wanted
    for address in wanted:
        if not address.startswith("data:"):
            assert address.startswith("/")
            assert not address.startswith("//")
            assert (await curated.get(address)).status_code == 200, address
    assert "http" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "<script>" not in page.text


async def test_the_reference_is_of_this_contract(curated):
    start = await curated.get("/docs/start.js")
    assert start.headers["content-type"].startswith("text/javascript")
    assert '"/openapi.json"' in start.text


@pytest.mark.parametrize("name", ["nothing.css", "index.css", "a.js"])
async def test_a_file_the_reference_lacks_is_not_found(name, curated):
    assert_problem(await curated.get(f"/docs/{name}"), 404)


@pytest.mark.parametrize("name", ["..css", "swagger-ui.css.map", "__init__.py", "%2e%2e", "start.js%00", "start.js%0A"])
async def test_a_file_that_is_no_asset_is_refused(name, curated):
    assert_problem(await curated.get(f"/docs/{name}"), 400, "name")


@pytest.mark.parametrize("slug", SLUGS)
async def test_each_problem_has_a_page_that_says_what_it_means(slug, curated):
    response = await curated.get(f"/problems/{slug}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    shape = next(shape for shape in (*SHAPES.values(), INTERNAL) if shape.slug == slug)
    assert f"<h1>{shape.title}</h1>" in response.text
    assert str(shape.status) in response.text


async def test_a_problem_s_type_leads_to_its_page(curated):
    for path in ("/nothing", "/v1/claims?limit=0"):
        problem = assert_problem(await curated.get(path))
        page = await curated.get(problem["type"])
        assert page.status_code == 200
        assert problem["title"] in page.text


async def test_a_problem_nobody_has_is_not_found(curated):
    assert_problem(await curated.get("/problems/bad-luck"), 404)
    assert_problem(await curated.get("/problems/Bad_Luck"), 400, "slug")


@pytest.mark.parametrize("path", [path for path in ADDRESSES if "?" not in path])
async def test_no_page_takes_an_unknown_parameter(path, curated):
    assert_problem(await curated.get(f"{path}?surprise=1"), 400, "surprise")
