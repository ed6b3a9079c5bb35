"""The floors of the house: who may import what. Each rule says what breaks without it."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(
    path.relative_to(ROOT) for folder in ("schemas", "db", "service") for path in (ROOT / folder).rglob("*.py")
)
BESIDE = sorted(path.relative_to(ROOT) for folder in ("openapi", "tests") for path in (ROOT / folder).rglob("*.py"))
PYTHON = [*FILES, *BESIDE]
TREES = {path: ast.parse((ROOT / path).read_text()) for path in FILES}

LITESTAR = ("service/app.py", "service/routes/", "service/web/", "service/runtime.py")
ABOVE = {"schemas": {"schemas"}, "db": {"schemas", "db"}, "service": {"schemas", "db", "service"}}


def imported(tree: ast.Module) -> set[str]:
    """Every module an AST imports, by full name."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module}
    return names


def breaking(package: str, *allowed: str) -> list[str]:
    """The files outside `allowed` that import a package."""
    return [
        str(path)
        for path, tree in TREES.items()
        if any(name.split(".")[0] == package for name in imported(tree)) and not str(path).startswith(allowed)
    ]


def test_a_floor_imports_only_itself_and_the_floors_below():
    """Else a change above could break what stands below it, and nothing could be read on its own."""
    for path, tree in TREES.items():
        ours = {name.split(".")[0] for name in imported(tree)} & set(ABOVE)
        assert ours <= ABOVE[path.parts[0]], path


def test_schemas_import_only_the_standard_library_and_msgspec():
    """Else the words could not be used without the machinery: by the worker, a client, a test."""
    for path in FILES:
        if path.parts[0] == "schemas":
            outside = {name.split(".")[0] for name in imported(TREES[path])} - set(sys.stdlib_module_names)
            assert outside <= {"msgspec", "schemas"}, path


def test_only_db_knows_asyncpg():
    """Else SQL and its failures leak into handlers, and a statement can no longer be found by its name."""
    assert breaking("asyncpg", "db/") == []


def test_only_the_cache_limits_and_runtime_know_redis():
    """Else losing Redis could become an error somewhere nobody looks."""
    assert breaking("redis", "service/cache/", "service/web/limits.py", "service/runtime.py") == []


def test_only_the_web_knows_litestar():
    """Else the framework cannot be replaced, and rules of the record end up in handlers."""
    assert breaking("litestar", *LITESTAR) == []


def test_only_what_watches_knows_prometheus_and_structlog():
    """Else a metric or a field of the log has a name that no list and no table has."""
    assert breaking("prometheus_client", "service/metrics.py", "service/durations.py", "service/scrape_server.py") == []
    assert breaking("structlog", "service/logs.py") == []
    assert breaking("opentelemetry", "service/spans.py") == []


def test_what_is_watched_does_not_know_the_metrics():
    """Else a question, a cached answer or a delivery could not be used without them: they are told whom to tell."""
    knowing = {
        str(path)
        for path, tree in TREES.items()
        if imported(tree)
        & {"service.metrics", "service.scrapes", "service.scrape_server", "service.logs", "service.lines"}
    }
    watching = {f"service/{name}.py" for name in ("watching", "scrapes", "logs", "runtime", "serving")}
    assert knowing == watching | {"service/cli/opening.py"}


def test_inside_the_service_a_floor_does_not_know_the_one_above():
    """Else what is cached depends on who asks, and HTTP's manners on what is asked."""
    above = {
        "service/cache/": ("service.web", "service.routes", "service.app"),
        "service/web/": ("service.rendering", "service.contract", "service.routes", "service.app"),
        "service/rendering/": ("service.web", "service.cache", "service.contract", "service.routes", "service.app"),
        "service/work/": (
            "service.web",
            "service.cache",
            "service.rendering",
            "service.contract",
            "service.routes",
            "service.app",
        ),
        "service/contract/": ("service.routes", "service.app"),
        "service/routes/": ("service.contract", "service.app"),
    }
    for path, tree in TREES.items():
        for floor, others in above.items():
            if str(path).startswith(floor):
                assert not {name for name in imported(tree) if name.startswith(others)}, path


def test_rendering_takes_values_and_gives_bytes():
    """Else what a reader sees depends on more than the claim, and cannot be tested by itself."""
    for path, tree in TREES.items():
        if str(path).startswith("service/rendering/"):
            ours = {name for name in imported(tree) if name.split(".")[0] in ABOVE}
            assert all(name.startswith(("schemas.", "service.rendering.")) for name in ours), path


def test_matching_takes_values_and_gives_values():
    """Else what a text is found to say depends on more than the text and the claims, and cannot be tested by itself."""
    for path, tree in TREES.items():
        if str(path).startswith("service/matching/"):
            ours = {name for name in imported(tree) if name.split(".")[0] in ABOVE}
            assert all(name.startswith(("schemas.", "service.matching.")) for name in ours), path


def test_only_settings_reads_the_environment():
    """Else a setting exists that no list names."""
    for path, tree in TREES.items():
        reads = [
            node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        ]
        named = [
            n
            for n in ast.walk(tree)
            if isinstance(n, ast.ImportFrom) and n.module == "os"
            for n in n.names
            if n.name in ("environ", "getenv")
        ]
        assert not (reads or named) or str(path) == "service/settings.py", path


def test_one_file_reads_clocks():
    """Else a test cannot say what time it is. `db/embedded.py` only sleeps."""
    clocks = {"time", "monotonic", "perf_counter", "now", "utcnow", "today", "time_ns"}
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in clocks and isinstance(node.value, ast.Name):
                is_clock = node.value.id in ("time", "datetime", "date")
                assert not is_clock or str(path) == "service/clocks.py", f"{path}:{node.lineno}"


@pytest.mark.parametrize("path", PYTHON, ids=str)
def test_no_file_is_longer_than_300_lines(path):
    """Every admired codebase has a god file; ours stops before it starts."""
    assert len((ROOT / path).read_text().splitlines()) <= 300


def test_no_module_is_called_after_nothing():
    """A file is a resource; `utils` is where resources go to be lost."""
    nothing = {"utils", "helpers", "common", "misc", "core", "base"}
    assert not [path for path in PYTHON if path.stem in nothing]


def test_every_public_function_says_what_it_promises():
    """A reader should not have to read the body to know what it answers, and with what it fails."""
    missing = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and node.col_offset == 0
    ]
    assert missing == []
