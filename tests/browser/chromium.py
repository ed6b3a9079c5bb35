"""A page in a real Chromium that can reach nothing but this machine, driven over its debugging pipe."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true", reason="no Chromium on this machine; CI has one"
)
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
    "--window-size=1200,1600",
)


class Page:
    """A page, what it asked for and what it printed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requested: list[str] = []
        self.printed: list[str] = []
        self._reader, self._writer = reader, writer
        self._session: str | None = None
        self._calls: list[asyncio.Future[dict[str, Any]]] = []

    async def open(self) -> None:
        """Opens an empty page."""
        target = (await self._send("Target.createTarget", url="about:blank"))["targetId"]
        attached = await self._send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Network", "Page", "Runtime"):
            await self._send(f"{domain}.enable")

    async def go(self, url: str) -> None:
        """Goes to an address."""
        await self._send("Page.navigate", url=url)

    async def run(self, script: str) -> Any:
        """The value of an expression, awaited; what it throws fails the test."""
        answer = await self._send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def becomes(self, script: str) -> Any:
        """The value of an expression as soon as there is one; while a page is on its way there may be none."""
        async with asyncio.timeout(60):
            while not (value := await self.run(script)):
                await asyncio.sleep(0.05)
        return value

    async def type(self, text: str) -> None:
        """Types where the focus is."""
        await self._send("Input.insertText", text=text)

    async def listen(self) -> None:
        """Hears answers and events until the browser ends."""
        while message := (await self._reader.readuntil(b"\0"))[:-1]:
            self._hear(json.loads(message))

    def _hear(self, message: dict[str, Any]) -> None:
        match message:
            case {"id": number, "result": result}:
                self._calls[number].set_result(result)
            case {"id": number, "error": error}:
                self._calls[number].set_exception(AssertionError(error))
            case {"method": "Network.requestWillBeSent", "params": {"request": {"url": url}}}:
                self.requested.append(url)
            case {"method": "Runtime.consoleAPICalled", "params": {"args": parts}}:
                self.printed.append(" ".join(str(part.get("value", part.get("description"))) for part in parts))

    async def _send(self, method: str, **parameters: Any) -> dict[str, Any]:
        call = asyncio.get_running_loop().create_future()
        message = {"id": len(self._calls), "method": method, "params": parameters}
        self._calls.append(call)
        message |= {"sessionId": self._session} if self._session else {}
        self._writer.write(json.dumps(message).encode() + b"\0")
        return await asyncio.wait_for(call, 60)


@asynccontextmanager
async def chromium(profile: Path) -> AsyncIterator[Page]:
    """An empty page until the block ends. Chromium reads what to do from file 3 and answers on file 4."""
    its_input, our_output = os.pipe()
    our_input, its_output = os.pipe()
    plumbing = f'exec "$@" 3<&{its_input} 4>&{its_output}'
    browser = await asyncio.create_subprocess_exec(
        "bash", "-c", plumbing, "bash", str(CHROMIUM), *_OPTIONS, f"--user-data-dir={profile}",
        pass_fds=(its_input, its_output), stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    os.close(its_input)
    os.close(its_output)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**26)
    heard, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(our_input, "rb"))
    said, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(our_output, "wb"))
    page = Page(reader, asyncio.StreamWriter(said, protocol, reader, loop))
    listening = asyncio.create_task(page.listen())
    try:
        await page.open()
        yield page
    finally:
        listening.cancel()
        said.close()
        heard.close()
        browser.terminate()
        await browser.wait()
