"""The API as a process of its own with the curated set to fuzz, and schemathesis as another beside it."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.keys import Role
from tests.cast import key_for
from tests.cli.programs import ROOT, Program, free_port
from tests.databases import Cluster
from tests.fuzz import variables
from tests.fuzz.done import undone
from tests.fuzz.tally import PHASES, Tally
from tests.stories.deployment import PLENTY

HERE = Path(__file__).parent
_MOST_ROUNDS = 100
_MOST_TRIES = 10


class Broke(Exception):
    """Schemathesis did not come to its end; the text is what it said."""


@dataclass(frozen=True)
class Target:
    """A served API, the secret of a key of each role, and a folder for what is left behind."""

    url: str
    secrets: Mapping[str, str]
    folder: Path
    program: Program


@asynccontextmanager
async def target(cluster: Cluster, folder: Path, *, planted: str | None = None) -> AsyncIterator[Target]:
    """The API on a curated log of its own until the block ends, with a bug planted in it if one is named.

    Its limits are set so high that nothing here reaches them.
    """
    async with cluster.pool("curated", size=2) as pool:
        secrets = {str(role): await key_for(pool, f"Fuzz {role}", role) for role in Role}
        port, name = free_port(), await pool.fetchval("select current_database()")
        module, arguments = ("tests.fuzz.planted", [planted]) if planted else ("service", [])
        program = Program(
            folder, *arguments, "serve", module=module, port=port,
            database_url=cluster.url(name), redis_url=cluster.servers.redis_url, webhook_loopback="true",
            longest_wait=0, longest_stream=0,  # nobody writes meanwhile: to wait is to wait in vain
            **PLENTY,
        )  # fmt: skip
        try:
            program.says("ready; Ctrl-C stops it")
            yield Target(f"http://127.0.0.1:{port}", secrets, folder, program)
        finally:
            program.kill()


def fuzz(
    at: Target,
    *,
    examples: int,
    seed: int,
    chained: int = 0,
    nasty: int | None = None,
    phases: tuple[str, ...] = PHASES,
    only: str = "",
) -> Tally:
    """Runs schemathesis against the API, until it made as many `chained` requests as are wanted.

    `examples` is how many cases fuzzing makes of each operation; `nasty` how many hostile texts each place gets, None
    for all; `only` a pattern of operations. Chains end with the first that goes otherwise when it is repeated, as a
    claim cannot be created twice; so they are begun again, each time from another seed. Broke if one does not end well.
    Who asks is left to chance: what was never asked by who may is asked again, a few times, if everything was to be.
    """
    tally = _run(at, examples, seed, nasty, phases, only)
    for again in range(1, _MOST_TRIES if phases == PHASES and not only else 1):
        if tally.is_red or not (left := undone(tally)):
            break
        tally += _run(at, examples, seed + again, nasty, ("fuzzing",), f"^({'|'.join(left)})$")
    for again in range(1, _MOST_ROUNDS):
        if tally.cases.get("stateful", 0) >= chained or tally.found:
            break
        tally += _run(at, examples, seed + again, nasty, ("stateful",), only)
    return tally


def _run(at: Target, examples: int, seed: int, nasty: int | None, phases: tuple[str, ...], only: str) -> Tally:
    left = at.folder / "tally.json"
    left.unlink(missing_ok=True)
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "--no-color",
        "run", "openapi/openapi.json", "--url", at.url, "--max-examples", str(examples), "--seed", str(seed),
        "--phases", ",".join(phases), *(["--include-operation-id-regex", only] if only else []),
    ]  # fmt: skip
    environment = {**os.environ, variables.KEYS: json.dumps(dict(at.secrets)), variables.TALLY: str(left)}
    if nasty is not None:
        environment[variables.NASTY] = str(nasty)
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    (at.folder / "said.txt").write_text(ended.stdout)
    tally = Tally.read(left.read_bytes()) if left.exists() else None
    if tally is None or ended.returncode not in (0, 1) or (ended.returncode and not tally.is_red):
        raise Broke(ended.stdout[-4000:])
    return tally
