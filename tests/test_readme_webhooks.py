"""README tells partners the truth: its receiver verifies what we sign, and takes nothing else."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import httpx
import pytest

from tests.cli.programs import free_port
from tests.routes.hooks import unhook

README = (Path(__file__).parent.parent / "README.md").read_text()
RECEIVER = re.search(r"```python\n(.*?standardwebhooks.*?)```", README, re.DOTALL)[1]
CREATE, TEST = (
    next(block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if word in block)
    for word in ("$partner", "/test")
)


async def answer_of(command: str, api: str, port: int, **variables: str) -> dict:
    """What a command of README answers, with the API and the receiver where they are here; keys are variables."""
    command = re.sub(r"^\w+=\$\(.*\n", "", command).replace("http://127.0.0.1:8000", api)
    command, known = command.replace("9000", str(port)), {**os.environ, **variables}
    shell = await asyncio.create_subprocess_exec("bash", "-ec", command, stdout=asyncio.subprocess.PIPE, env=known)
    answered, _ = await shell.communicate()
    return json.loads(answered)


@pytest.fixture
async def receiver(hooked, tmp_path):
    """The receiver as README has it, on a port of its own, with the secret of the webhook that README creates."""
    port = free_port()
    webhook = await answer_of(CREATE, hooked.api.url, port, partner=hooked.partner.secret)
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
    webhook, program, port = receiver
    delivery = await answer_of(TEST, hooked.api.url, port, partner=hooked.partner.secret, id=webhook["id"])
    assert (delivery["outcome"], delivery["status"]) == ("delivered", 204)
    printed = (await program.stdout.readline()).decode()
    assert printed.startswith("webhook.test ")
    assert webhook["id"] in printed


async def test_the_receiver_takes_nothing_else(receiver):
    _, _, port = receiver
    async with httpx.AsyncClient() as client:
        signed = {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
        for headers in ({}, signed):
            assert (await client.post(f"http://127.0.0.1:{port}/", content=b"{}", headers=headers)).status_code == 401
