"""`make fuzz`: ten thousand requests and more against the real API, and the count of them."""

import sys
import tempfile
import time
from pathlib import Path

import click
import uvloop

from db.embedded import THROWAWAY, Servers, embedded_servers
from service.console import say
from tests.databases import Cluster
from tests.fuzz.running import fuzz, target
from tests.fuzz.tally import Tally


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--examples", type=click.IntRange(1), default=200, show_default=True, help="Cases of each operation.")
@click.option("--chained", type=click.IntRange(0), default=1500, show_default=True, help="Requests in chains.")
@click.option("--seed", type=int, help="Another seed makes other cases; the time, if none is given.")
@click.option("--least", type=int, default=10_000, show_default=True, help="Fewer cases in all are a failure.")
def main(examples: int, chained: int, seed: int | None, least: int) -> None:
    """Ask the API whatever its contract allows, and what it forbids. Ends with 1 if anything is not as it says."""
    seed = int(time.time()) if seed is None else seed
    say(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="ct-") as name:
        folder = Path(name)
        with embedded_servers(folder / "servers", options=THROWAWAY) as servers:
            tally, said = uvloop.run(_fuzz(servers, folder, examples, chained, seed))
    if tally.is_red:
        sys.stdout.write(f"{tally.told()}\n\n")
    if "Traceback" in said:
        sys.stdout.write(f"{said}\n\n")
    sys.stdout.write(f"{tally.counted()}\n")
    if tally.total < least:
        sys.stdout.write(f"fewer than the {least} there should be\n")
    sys.exit(bool(tally.is_red or "Traceback" in said or tally.total < least))


async def _fuzz(servers: Servers, folder: Path, examples: int, chained: int, seed: int) -> tuple[Tally, str]:
    """What was asked and found, and what the API told its operator."""
    cluster = Cluster(servers)
    await cluster.prepare()
    async with target(cluster, folder) as at:
        return fuzz(at, examples=examples, seed=seed, chained=chained), at.program.said


main()
