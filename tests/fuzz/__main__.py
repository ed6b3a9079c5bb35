"""`make fuzz`: ten thousand requests and more against the real API, the count of them, and whether bugs are found."""

import sys
import tempfile
import time
from pathlib import Path

import click
import uvloop

from db.embedded import THROWAWAY, embedded_servers
from service.console import say
from tests.databases import Cluster
from tests.fuzz.done import undone
from tests.fuzz.planted import FOUND_BY
from tests.fuzz.running import fuzz, target
from tests.telling import tell


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--examples", type=click.IntRange(1), default=200, show_default=True, help="Cases of each operation.")
@click.option("--chained", type=click.IntRange(0), default=1500, show_default=True, help="Requests in chains.")
@click.option("--least", type=int, default=10_000, show_default=True, help="Fewer cases in all are a failure.")
@click.option("--seed", type=int, help="Another seed makes other cases; the time, if none is given.")
def main(examples: int, chained: int, least: int, seed: int | None) -> None:
    """Ask the API whatever its contract allows, and what it forbids; then the same of an API with each planted bug.

    Ends with 1 if anything is not as the contract says, or a bug is not found.
    """
    seed = int(time.time()) if seed is None else seed
    say(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="ct-") as name:
        folder = Path(name)
        with embedded_servers(folder / "servers", options=THROWAWAY) as servers:
            is_well = uvloop.run(_all_of_it(Cluster(servers), folder, examples, chained, least, seed))
    sys.exit(not is_well)


async def _all_of_it(cluster: Cluster, folder: Path, examples: int, chained: int, least: int, seed: int) -> bool:
    await cluster.prepare()
    async with target(cluster, folder) as at:
        tally = fuzz(at, examples=examples, seed=seed, chained=chained)
    broke = "Traceback" in at.program.said
    if tally.is_red or broke:
        tell(f"what was wrong\n\n{tally.told()}\n{at.program.said if broke else ''}")
    tell(tally.counted())
    if tally.total < least:
        tell(f"fewer than the {least} cases there should be")
    if left := undone(tally):
        tell(f"answered with refusals only: {', '.join(left)}")
    found = [await _is_found(cluster, folder, bug, seed) for bug in FOUND_BY]
    return all(found) and not (tally.is_red or broke or tally.total < least or left)


async def _is_found(cluster: Cluster, folder: Path, bug: str, seed: int) -> bool:
    """Whether a planted bug is found by the check that should find it, among whatever else it breaks."""
    async with target(cluster, folder, planted=bug) as at:
        tally = fuzz(at, examples=10, seed=seed, nasty=2)
    found = FOUND_BY[bug] in tally.checks
    tell(f"planted {bug}: {'found' if found else 'NOT FOUND'} by {FOUND_BY[bug]}, in {tally.total} cases")
    return found


main()
