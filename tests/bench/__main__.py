"""`make bench`: the same work for ours and for its peers, on the same data, in one run."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click
import uvloop
from rich.console import Console
from rich.table import Table

from db.embedded import Servers, embedded_servers
from schemas.failures import Failure
from service.console import progress, say, say_failure
from service.interrupts import on_interrupt, raise_interrupt
from tests.bench import subjects
from tests.bench.checking import WrongAnswer
from tests.bench.load import LoadFailed, described, generator
from tests.bench.machine import load_average, this_machine
from tests.bench.measure import Plan, Ready, bare, compared, measure, ready
from tests.bench.peers import kinto
from tests.bench.processes import DidNotStart, postmaster_of, redis_at
from tests.bench.report import HEAD, Report, facts, remarks, rows, target_rows, title, write
from tests.bench.results import Size, measured
from tests.bench.stores import Stores, load_datasette, load_fastapi, load_kinto, load_ours
from tests.bench.subjects import BARE, KINTO, MEMORY, Subject
from tests.bench.targets import targets
from tests.bench.work import questions_of

ONE_LEVEL = "this release keeps nothing in memory: its memory level is its Redis level, measured twice"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--claims", type=click.IntRange(100), multiple=True, default=(10_000,), help="How many; may be repeated.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--seconds", type=click.FloatRange(1), default=5, show_default=True, help="For each load of a round.")
@click.option("--load", "wanted", type=click.Choice(["auto", "wrk", "python"]), default="auto", show_default=True)
@click.option(
    "--without", type=click.Choice(["fastapi", "datasette", "kinto"]), multiple=True, help="A peer to leave out."
)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("build/bench"))
def bench(
    claims: tuple[int, ...], rounds: int, seconds: float, wanted: str, without: tuple[str, ...], folder: Path
) -> None:
    """Measure ours and its peers, and write results.json, results.md and results.png."""
    folder = folder.resolve()
    with embedded_servers(folder / "data", say) as servers:
        uvloop.run(_bench(sorted(set(claims)), rounds, seconds, generator(wanted), without, folder, servers))


async def _bench(
    claims: list[int], rounds: int, seconds: float, tool: str, without: Sequence[str], folder: Path, servers: Servers
) -> None:
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    before = load_average()
    say(f"load: {described(tool)}")
    plan = Plan(tool, rounds, seconds, postmaster_of(folder / "data"), redis_at(servers.redis_url))
    machine = await this_machine(servers.database_url)
    sizes: list[Size] = []
    for number in claims:  # each is written as soon as it is measured
        sizes.append(await _size(plan, Stores(number, folder / "data", servers), without, folder))
        report = Report(
            machine=machine,
            generator=described(tool),
            rounds=rounds,
            seconds=seconds,
            load_before=before,
            load_after=load_average(),
            notes=[] if subjects.has_memory() else [ONE_LEVEL],
            sizes=sizes,
            targets=targets(sizes, has_memory=subjects.has_memory()),
        )
        write(report, folder)
        from tests.bench.picture import draw  # here, since it takes a second to load

        draw(report, folder / "results.png")
    _show(report)
    say(f"written: {', '.join(str(folder / f'results.{kind}') for kind in ('json', 'md', 'png'))}")


async def _size(plan: Plan, stores: Stores, without: Sequence[str], folder: Path) -> Size:
    """Everything at one size: data, servers, checks, rounds."""
    loaded = await load_ours(stores)
    chosen = [subjects.ours(name, stores.url("ours"), stores.servers.redis_url) for name in subjects.OURS]
    if "fastapi" not in without:
        await load_fastapi(stores)
        chosen += [subjects.fastapi(name, stores) for name in (subjects.FASTAPI, subjects.FASTAPI_STORED)]
    if "datasette" not in without:
        await load_datasette(stores)
        chosen += [subjects.of_datasette(stores)]
    lacks = {subject.name: dict(subject.lacks) for subject in chosen if subject.lacks}
    left_out = "it was not wanted" if "kinto" in without else kinto.left_out(stores.claims)
    if left_out:
        lacks[KINTO] = {"everything": left_out}
    else:
        await load_kinto(stores)
        chosen.append(subjects.of_kinto(stores))
        lacks[KINTO] = dict(kinto.LACKS)
    questions = await questions_of(stores.url("ours"))
    with ExitStack() as stack:
        running = await _started(stack, folder / "logs", chosen, questions)
        total = plan.rounds * sum(len(subject.asked) for subject in running)
        minutes = total * (plan.seconds + 0.5) / 60
        say(f"{stores.claims:,} claims: {total} loads of {plan.seconds:g} s, about {minutes:.0f} minutes")
        with progress("measuring", total) as bar:
            rounds = await measure(plan, running, say, bar)
        return Size(
            claims=stores.claims,
            versions=loaded.versions,
            import_rate=loaded.versions / loaded.seconds,
            measured=measured(rounds),
            memory={subject.name: subject.memory for subject in running},
            lacks=lacks,
            agreement={subject.name: subject.agreement for subject in running if subject.agreement},
        )


async def _started(stack: ExitStack, logs: Path, chosen: list[Subject], questions) -> list[Ready]:
    running: list[Ready] = []
    ours = None
    for subject in chosen:
        say(f"starting, checking and warming {subject.name}")
        one, answers = await ready(stack, logs, subject, questions)
        running.append(one)
        if subject.name == MEMORY:
            ours = answers
            say(f"starting {BARE}, with our answers")
            running.append(bare(stack, logs, one, answers))
        elif ours is not None:
            compared(one, answers, ours)
    return running


def _show(report: Report) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    for line in facts(report):
        console.print(f"· {line}", markup=False)
    for size in report.sizes:
        table = Table(*HEAD, title=title(size), box=None, header_style="bold", title_justify="left")
        for row in rows(size):
            table.add_row(*row)
        console.print(table)
        for line in remarks(size):
            console.print(f"· {line}", markup=False)
    table = Table(
        "target", "bound", "measured", "met", box=None, header_style="bold", title="Targets", title_justify="left"
    )
    for row in target_rows(report.targets):
        table.add_row(*row)
    console.print(table)


def main() -> int:
    """Runs the benchmark. What goes wrong is a sentence and 1; interrupted, it stops all it started."""
    on_interrupt(raise_interrupt)
    try:
        bench(standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        say("stopped")
        return 130
    except Failure as failure:
        say_failure(failure)
    except (WrongAnswer, LoadFailed, DidNotStart, click.ClickException) as error:
        say(f"the benchmark ends: {error}")
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
