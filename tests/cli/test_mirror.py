"""`citable mirror`: a local copy of another Citable, as its operator runs it."""

import asyncio

import httpx

from tests.cli.programs import WITHIN
from tests.web.asking import own_api
from tests.web.writing import desk_on


async def exported(place, **variables: object) -> bytes:
    program = place.start("export", **variables)
    await asyncio.to_thread(program.succeeded)
    return program.answered


async def test_once_it_copies_what_there_is_and_twice_adds_nothing(place, cluster, database):
    there, here = {"database_url": cluster.url("curated")}, {"database_url": await database("unmigrated")}
    async with own_api(cluster) as api:
        for _ in range(2):
            said = await asyncio.to_thread(place.start("mirror", "--once", api.url, **here).succeeded)
            assert f"the log is at position 175, as at {api.url}" in said
    assert await exported(place, **here) == await exported(place, **there)


async def test_it_follows_and_serves_and_is_killed_and_started_again_and_misses_nothing(place, cluster, database):
    here = {"database_url": await database("unmigrated"), "redis_url": f"{cluster.servers.redis_url}?db=6"}
    async with desk_on(cluster) as desk, httpx.AsyncClient(timeout=WITHIN) as reader:
        for _ in range(3):
            program = place.start("mirror", desk.api.url, **here)
            await asyncio.to_thread(program.says, "ready; Ctrl-C stops it")
            made = await desk.published()
            await desk.editor.retract(made["id"])
            async with asyncio.timeout(WITHIN):
                while (await reader.get(f"http://127.0.0.1:{place.port}/v1/claims/{made['id']}/versions/2")).json() != (
                    await desk.newest(made["id"])
                ):
                    await asyncio.sleep(0.05)
            program.kill()
            await desk.published()  # while nobody follows
        said = await asyncio.to_thread(place.start("mirror", "--once", desk.api.url, **here).succeeded)
        assert f"the log is at position {await desk.position()}" in said
        export = await exported(place, **here)
        assert len(export.splitlines()) == await desk.position()
        assert export == (await desk.api.get("/v1/changes?limit=1000", accept="application/x-ndjson")).content


async def test_a_mirror_says_what_it_is_until_it_is_promoted(place, cluster, database):
    here = {"database_url": await database("unmigrated")}
    async with own_api(cluster) as api:
        await asyncio.to_thread(place.start("mirror", "--once", api.url, **here).succeeded)
        refused = place.start("mirror", "--once", "http://127.0.0.1:9", **here)
        assert await asyncio.to_thread(refused.failed_in_a_sentence) == (
            f"This database is a mirror of {api.url}: `citable promote` ends that."
        )
    said = await asyncio.to_thread(place.start("promote", **here).succeeded)
    assert f"the log is its own from position 175 on, and no longer follows {api.url}" in said
    sentence = await asyncio.to_thread(place.start("promote", **here).failed_in_a_sentence)
    assert sentence == "This database is no mirror: its log is its own."


async def test_it_serves_what_it_copied_though_its_origin_is_away(place, cluster, database):
    here = {"database_url": await database("unmigrated"), "redis_url": f"{cluster.servers.redis_url}?db=6"}
    async with own_api(cluster) as api:
        await asyncio.to_thread(place.start("mirror", "--once", api.url, **here).succeeded)
    program = place.start("mirror", api.url, **here)
    await asyncio.to_thread(program.says, "It is asked again until it does.")
    assert "serving what was copied before, up to position 175" in program.said
    async with httpx.AsyncClient(timeout=WITHIN) as reader:
        assert (await reader.get(f"http://127.0.0.1:{place.port}/v1/claims/cn-ai-firms-6200")).status_code == 200
    once = place.start("mirror", "--once", api.url, **here)
    assert "does not answer" in await asyncio.to_thread(once.failed_in_a_sentence)


async def test_a_mirror_that_is_promoted_while_it_follows_ends(place, cluster, database):
    here = {"database_url": await database("unmigrated"), "redis_url": f"{cluster.servers.redis_url}?db=6"}
    async with desk_on(cluster) as desk:
        program = place.start("mirror", desk.api.url, **here)
        await asyncio.to_thread(program.says, "ready; Ctrl-C stops it")
        await asyncio.to_thread(place.start("promote", **here).succeeded)
        before = len((await exported(place, **here)).splitlines())
        await desk.published()
        sentence = await asyncio.to_thread(program.failed_in_a_sentence)
        assert sentence == f"This log no longer follows {desk.api.url}: serve it with `citable run`."
        assert len((await exported(place, **here)).splitlines()) == before


async def test_what_is_no_address_is_a_sentence_and_changes_nothing(place, database):
    here = {"database_url": await database("unmigrated")}
    program = place.start("mirror", "--once", "http://127.0.0.1:9", **here)
    assert "does not answer" in await asyncio.to_thread(program.failed_in_a_sentence)
    sentence = await asyncio.to_thread(place.start("promote", **here).failed_in_a_sentence)
    assert sentence == "This database is no mirror: its log is its own."
    program = place.start("mirror", "citable.example", **here)
    assert await asyncio.to_thread(program.ends) == 2
    assert "it is an address: https://" in program.said
