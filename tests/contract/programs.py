"""The same day at the desk, written with each generated client: type-checked, compiled, and run as a program."""

import asyncio
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SDK = Path(__file__).parents[2] / "build" / "sdk"
TOOLS = SDK / "tools" / "bin"
JOURNEYS = Path(__file__).parent / "clients"
TSCONFIG = {
    "compilerOptions": {
        "strict": True,
        "noUncheckedIndexedAccess": True,
        "exactOptionalPropertyTypes": False,
        "skipLibCheck": False,
        "module": "nodenext",
        "target": "es2022",
        "types": ["node"],
        "outDir": "out",
    }
}


@dataclass(frozen=True)
class Program:
    """How a program is started, and with what around it."""

    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]

    async def output(self, *arguments: str) -> str:
        """What it prints; a failure shows all it said."""
        process = await asyncio.create_subprocess_exec(
            *self.command,
            *arguments,
            cwd=self.folder,
            env={**os.environ, **self.environment, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 240)
        assert process.returncode == 0, f"{' '.join(self.command)}\n{said.decode()}"
        return said.decode()

    async def day(self, url: str, key: str, id: str) -> dict[str, Any]:
        """What the day's program saw of the API at an address."""
        return json.loads(await self.output(url, key, id))


def made(client: str) -> Path:
    """The folder of a generated client; without one the test is skipped, but never in CI."""
    folder = SDK / client
    if not (folder / "ready").exists() and os.environ.get("CI") != "true":
        pytest.skip(f"the {client} client is not generated: `make sdk` says why")
    return folder


async def in_python(folder: Path) -> Program:
    """The day in Python, after mypy had nothing to say about it and the client, strictly."""
    client = made("python")
    surroundings = {"PYTHONPATH": str(client), "MYPYPATH": str(client), "MYPY_CACHE_DIR": str(SDK / "mypy")}
    shutil.copy(JOURNEYS / "journey.py", folder)
    checked = ("mypy", "--strict", "--config-file=", "--package", "citable_client")
    await Program(checked, folder, surroundings).output()
    await Program(("mypy", "--strict", "--config-file=", "journey.py"), folder, surroundings).output()
    return Program((str(TOOLS / "python"), "journey.py"), folder, surroundings)


async def in_typescript(folder: Path) -> Program:
    """The day in TypeScript, compiled strictly, the client's own declarations included."""
    shutil.copy(JOURNEYS / "journey.ts", folder)
    await compiled(folder)
    return Program(("node", "out/journey.js"), folder, {})


async def compiled(folder: Path) -> None:
    """Compiles the TypeScript in a folder beside the client, strictly, into `out`."""
    client = made("typescript")
    shutil.copy(client / "citable.d.ts", folder)
    (folder / "node_modules").symlink_to(client / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "tsconfig.json").write_text(json.dumps(TSCONFIG))
    await Program(("node", "node_modules/typescript/bin/tsc"), folder, {}).output()


async def in_go(folder: Path) -> Program:
    """The day in Go, vetted and built with nothing but the standard library and the client."""
    client = made("go")
    shutil.copy(JOURNEYS / "journey.go", folder)
    (folder / "go.mod").write_text(
        "module journey\n\ngo 1.23\n\nrequire citable.example/clients/citable v0.0.0\n\n"
        f"replace citable.example/clients/citable => {client}\n"
    )
    alone = {
        "CGO_ENABLED": "0",
        "GOCACHE": str(SDK / "go-cache"),
        "GOENV": "off",
        "GOFLAGS": "-mod=mod",
        "GOPATH": str(SDK / "go-path"),
        "GOPROXY": "off",
        "GOTELEMETRY": "off",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
    await Program(("go", "vet", ".", "citable.example/clients/citable"), folder, alone).output()
    await Program(("go", "build", "-o", "journey", "."), folder, alone).output()
    return Program((str(folder / "journey"),), folder, {})


LANGUAGES = {"python": in_python, "typescript": in_typescript, "go": in_go}
