"""README tells partners the truth: its receiver verifies what we sign, and takes nothing else."""

import asyncio
import os
import re
import sys
from pathlib import Path

import httpx
import pytest

from tests.cli.programs import free_port
from tests.routes.hooks import hook, unhook

README = (Path(__file__).parent.parent / "README.md").read_text()
RECEIVER = re.search(r"```python\n(.*?standardwebhooks.*?)```", README, re.DOTALL)[1]


@pytest.fixture
async def receiver(hooked, tmp_path):
    """The receiver as README has it, on a port of its own, with the secret of a webhook that leads there."""
    port = free_port()
    webhook = await hook(hooked.partner, url=f"http://127.0.0.1:{port}/")
    (tmp_path / "receiver.py").write_text(RECEIVER.replace("9000", str(port)))
    program = await asyncio.create_subprocess_exec(
        sys.executable, tmp_path / "receiver.py", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "WEBHOOK_SECRET": webhook["secret"]},
    )  # fmt: skip
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            break
    yield webhook, program, port
    program.kill()
    await program.wait()
    await unhook(hooked.partner, webhook["id"])


async def test_the_receiver_takes_what_is_signed(receiver, hooked):
    webhook, program, _ = receiver
    answer = await hooked.partner.ask("POST", f"/v1/webhooks/{webhook['id']}/test")
    assert (answer.json()["outcome"], answer.json()["status"]) == ("delivered", 204)
    printed = (await program.stdout.readline()).decode()
    assert printed.startswith("webhook.test ")
    assert webhook["id"] in printed


async def test_the_receiver_takes_nothing_else(receiver):
    _, _, port = receiver
    async with httpx.AsyncClient() as client:
        signed = {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
        for headers in ({}, signed):
            assert (await client.post(f"http://127.0.0.1:{port}/", content=b"{}", headers=headers)).status_code == 401
