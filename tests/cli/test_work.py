"""`citable run` delivers, and `citable work` beside it: from the registration of a webhook to the verified message."""

import asyncio

import httpx
import msgspec
import pytest

from db.migrations import CURATED
from tests.work.receivers import receiving
from tests.work.working import until


def changed(text: str) -> bytes:
    """A line that changes one of the curated claims."""
    claim = msgspec.json.decode((CURATED / "claims.jsonl").read_bytes().splitlines()[0])
    return msgspec.json.encode({**claim, "statement": text}) + b"\n"


@pytest.mark.parametrize("command", ["run", "work"])
async def test_a_change_is_delivered_to_who_registered(loaded_place, tmp_path, command):
    async with receiving() as receiver:
        serves = await started(loaded_place, "run" if command == "run" else "serve", "/docs", webhook_loopback="true")
        if command == "work":
            await started(loaded_place, "work", "delivering", webhook_loopback="true")
        issued = await started(loaded_place, "keys", None, "issue", "--role", "partner", "--name", "News")
        base = f"http://127.0.0.1:{loaded_place.port}"
        async with httpx.AsyncClient(base_url=base, timeout=30) as client:
            key = {"Authorization": f"Bearer {issued.answered.decode().strip()}"}
            created = await client.post("/v1/webhooks", json={"url": receiver.url}, headers=key)
            assert created.status_code == 201, created.text
            file = tmp_path / "changed.jsonl"
            file.write_bytes(changed(f"Changed beside {command}."))
            await started(loaded_place, "import", None, str(file))
            await until(lambda: receiver.received, "it is delivered")
            data = receiver.received[0].verified(created.json()["secret"])["data"]
            assert data["statement"] == f"Changed beside {command}."
            for address in (data["url"], data["claim_url"]):
                found = (await client.get(address)).json()
                assert (found["position"], found["digest"]) == (data["position"], data["digest"])
            acknowledged = await client.put(data["acknowledge_url"], headers=key)
            assert acknowledged.status_code in (200, 201), acknowledged.text
        serves.interrupt()
        await asyncio.to_thread(serves.succeeded)


async def started(place, command: str, awaited: str | None, *arguments: str, **variables):
    """A program at a place, when it has said something; or when it has ended well, if nothing is awaited."""
    program = place.start(command, *arguments, **variables)
    await asyncio.to_thread(program.says, awaited) if awaited else await asyncio.to_thread(program.succeeded)
    return program


def test_work_needs_a_database_that_is_migrated(place, tmp_path):
    assert "citable migrate" in place.start("work").failed_in_a_sentence()
