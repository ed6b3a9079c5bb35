"""The image, built and run: where this machine has container tools and a base image (`make base`)."""

import asyncio
import json
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from tests.cli.programs import free_port, until
from tests.container import engine
from tests.outages.proxy import Proxy
from tests.serving import serving

pytestmark = pytest.mark.needs("containers")


@pytest.fixture(scope="module", autouse=True)
def image() -> None:
    if why := engine.build():
        pytest.skip(f"from within a container what it installs is out of reach: {why}")


@pytest.fixture
async def database(cluster) -> str:
    """A curated database on a port of this machine: a container has not our sockets."""
    name = await cluster.new_database("curated")
    async with Proxy(f"{cluster.sockets}/.s.PGSQL.5432").listening() as port:
        yield f"postgresql://citable@127.0.0.1:{port}/{name}"


@pytest.fixture
def container() -> Iterator:
    """Starts containers, and stops them in the end."""
    started: list[subprocess.Popen[str]] = []

    def start(*command: str, **variables: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            engine.running(*command, **variables), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()  # which podman passes on
        process.communicate(timeout=30)


def answers(url: str) -> bool:
    """Whether it is ready."""
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


async def test_it_serves_the_same_bytes_as_the_checkout_does(database, container, cluster):
    port, metrics = free_port(), free_port()
    redis = f"{cluster.servers.redis_url}?db=9"
    process = container(
        "serve", CITABLE_DATABASE_URL=database, CITABLE_REDIS_URL="redis://127.0.0.1:1", CITABLE_PORT=port,
        CITABLE_METRICS_PORT=metrics, CITABLE_PUBLIC_URL="https://citable.example",
    )  # fmt: skip
    await asyncio.to_thread(until, lambda: answers(f"http://127.0.0.1:{port}/readyz"), "the container is ready")
    async with serving(database, redis) as api, httpx.AsyncClient(headers={"accept-encoding": "identity"}) as client:
        for path in ("/openapi.json", "/v1/claims?limit=5", "/v1/claims/cn-ai-firms-6200/versions/1", "/docs", "/"):
            ours, theirs = await api.get(path), await client.get(f"http://127.0.0.1:{port}{path}")
            assert (theirs.status_code, theirs.content) == (ours.status_code, ours.content), path
        assert "citable_build_info" in (await client.get(f"http://127.0.0.1:{metrics}/metrics")).text
    process.terminate()
    assert await asyncio.to_thread(process.wait, 30) == 0


async def test_it_migrates_an_empty_database_and_works(cluster, container):
    name = await cluster.new_database("unmigrated")
    async with Proxy(f"{cluster.sockets}/.s.PGSQL.5432").listening() as port:
        url = f"postgresql://citable@127.0.0.1:{port}/{name}"
        said, _ = await asyncio.to_thread(container("migrate", CITABLE_DATABASE_URL=url).communicate, None, 60)
        assert "migrations applied" in said
        worker = container("work", CITABLE_DATABASE_URL=url, CITABLE_METRICS_PORT=free_port())
        first = await asyncio.to_thread(worker.stdout.readline)
        assert "delivering" in first
        worker.terminate()
        assert await asyncio.to_thread(worker.wait, 30) == 0


@pytest.mark.parametrize("given", [{}, {"CITABLE_DATABASE_URL": "postgresql://127.0.0.1:1/citable"}])
async def test_without_servers_it_says_which_settings_are_missing(container, given):
    process = container("serve", **given)
    said, _ = await asyncio.to_thread(process.communicate, None, 30)
    assert (process.returncode, said.count("\n")) == (1, 1), said
    assert "set CITABLE_DATABASE_URL and CITABLE_REDIS_URL to yours" in said


def test_it_runs_as_nobody_and_can_write_nowhere():
    script = "import os; print(os.getuid(), os.getgid(), [p for p in ('/', '/tmp', '/opt/citable') if os.access(p, 2)])"
    assert engine.output_of("-c", script, entrypoint="/opt/citable/bin/python") == "10001 10001 []"


def test_nothing_in_it_compiles_or_installs():
    script = (
        "import importlib.util, shutil; "
        "print([p for p in ('gcc', 'cc', 'make', 'pip', 'pip3') if shutil.which(p)], "
        "[m for m in ('pip', 'setuptools', 'ensurepip') if importlib.util.find_spec(m)])"
    )
    assert engine.output_of("-c", script, entrypoint="/opt/citable/bin/python") == "[] []"


def test_every_module_of_ours_is_compiled():
    script = (
        "import importlib.util, pathlib; files = pathlib.Path('/opt/citable/app').rglob('*.py'); "
        "print([str(f) for f in files if not pathlib.Path(importlib.util.cache_from_source(str(f))).exists()])"
    )
    assert engine.output_of("-c", script, entrypoint="/opt/citable/bin/python") == "[]"


def test_it_says_what_it_is():
    inspected = subprocess.run(["buildah", "inspect", engine.IMAGE], capture_output=True, text=True, check=True).stdout
    config = json.loads(inspected)["OCIv1"]["config"]
    assert config["Labels"]["org.opencontainers.image.version"] in engine.output_of("--version")
    assert config["StopSignal"] == "SIGTERM"
