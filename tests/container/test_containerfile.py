"""What can be told of the image from its file alone, where nothing builds it, too."""

import json
import re
from fnmatch import fnmatch

import pytest

from service.settings import variable_names
from tests.container.engine import ROOT

TEXT = (ROOT / "Containerfile").read_text()
STEPS = re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
BUILD, RESULT = (part.splitlines() for part in "\n".join(STEPS).split("FROM ${BASE}")[1:])


def test_both_stages_begin_with_the_base_that_whoever_builds_chose():
    assert [step for step in STEPS if step.startswith(("ARG BASE", "FROM"))] == [
        "ARG BASE=python:3.13-slim",
        "FROM ${BASE} AS build",
        "FROM ${BASE}",
    ]


def test_no_registry_is_named():
    assert not re.search(r"[\w-]+\.(io|com|org|dev)/", TEXT)


@pytest.mark.parametrize("option", ["--require-hashes", "--no-deps", "--only-binary :all:"])
def test_what_is_installed_is_locked_and_only_unpacked(option):
    (install,) = (step for step in BUILD if " install " in step and "-m pip" in step)
    assert option in install


def test_the_result_runs_nothing_but_the_removal_of_what_installs():
    runs = [step for step in RESULT if step.startswith("RUN")]
    assert len(runs) == 1
    assert runs[0].startswith("RUN rm -rf ")


def test_it_is_not_root_by_number_and_the_command_chooses():
    said = dict(step.split(" ", 1) for step in RESULT if step and not step.startswith((" ", "ARG")))
    assert said["USER"] == "10001:10001"
    assert json.loads(said["ENTRYPOINT"]) == ["citable"]
    assert json.loads(said["CMD"]) == ["serve"]
    assert said["STOPSIGNAL"] == "SIGTERM"


def test_the_settings_it_brings_are_settings():
    (given,) = (step for step in RESULT if step.startswith("ENV"))
    named = re.findall(r"(CITABLE_\w+)=", given)
    assert "CITABLE_HOST" in named
    assert set(named) <= set(variable_names())


def test_what_the_service_reads_of_its_checkout_is_in_the_image():
    ignored = (ROOT / ".containerignore").read_text().splitlines()
    sent = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    copied = [path for step in BUILD if step.startswith("COPY") for path in step.split()[1:-1]]
    assert "*" in ignored
    for needed in ("CHANGELOG.md", "openapi/openapi.json", "schemas", "db", "service", "requirements/app.lock"):
        assert (ROOT / needed).exists(), needed
        assert any(fnmatch(needed, pattern) for pattern in sent), needed
        assert any(fnmatch(needed, pattern) for pattern in copied), needed
