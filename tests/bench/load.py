"""Load: wrk where there is one, else our own asking. Either keeps connections open and asks on each without pause."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.bench.asking import Load, ask_for
from tests.bench.work import Request

CONNECTIONS = 16
SCRIPT = Path(__file__).with_name("wrk.lua")
MARK = "@@ "


class LoadFailed(Exception):
    """A generator did not do its work; the text is what it said."""


def generator(wanted: str = "auto") -> str:
    """Which generator there is to use: `wrk`, or `python` where wrk is not installed."""
    if wanted == "auto":
        return "wrk" if shutil.which("wrk") else "python"
    return wanted


def described(name: str) -> str:
    """A generator in words, for whoever reads the figures."""
    how = f"{CONNECTIONS} connections kept open, each asks again as soon as it is answered (closed loop)"
    if name == "wrk":
        return f"wrk, 1 thread, {how}; percentiles from its histogram"
    return f"our own in Python (wrk is not installed: it asks more than this can), {how}; percentiles from every answer"


async def load(name: str, port: int, requests: Sequence[Request], seconds: float) -> Load:
    """What a server on a port did under load for some seconds."""
    if name == "python":
        return await ask_for(port, requests, CONNECTIONS, seconds)
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "requests"
        asked.write_text("".join(f"{r.path}\t{r.tag or ''}\n" for r in requests))
        told = await _wrk(port, asked, seconds)
    return measured(told)


async def _wrk(port: int, asked: Path, seconds: float) -> str:
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "-s", str(SCRIPT)]
    process = await asyncio.create_subprocess_exec(
        "wrk", *options, f"http://127.0.0.1:{port}", "--", str(asked),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    told, _ = await process.communicate()
    return told.decode(errors="replace")


def measured(told: str) -> Load:
    """The figures in what wrk said. LoadFailed if there are none."""
    lines = [line.removeprefix(MARK) for line in told.splitlines() if line.startswith(MARK)]
    if len(lines) != 1:
        raise LoadFailed(f"wrk gave no figures: {told.strip()[-500:]}")
    try:
        return msgspec.json.decode(lines[0], type=Load)
    except msgspec.MsgspecError as error:
        raise LoadFailed(f"wrk's figures cannot be read ({error}): {lines[0]}") from error
