"""The settings: all in README, and a wrong one is a sentence that names it."""

import re

import pytest

from schemas.failures import CannotStart
from service.serving import listen
from service.settings import Settings, settings_from_environment, variable_names
from tests.cli.programs import ROOT

ROWS = dict(re.findall(r"^\| `(CITABLE_[A-Z_]+)` \| (.+) \|$", (ROOT / "README.md").read_text(), re.MULTILINE))

WRONG = {
    "CITABLE_PORT": ["abc", "0", "-1", "65536", "80.5", "8000/tcp", "0x50"],
    "CITABLE_DATABASE_CONNECTIONS": ["0", "201", "many"],
    "CITABLE_WEBHOOK_LOOPBACK": ["maybe", "2"],
    "CITABLE_METRICS_PORT": ["-1", "65536", "on"],
    "CITABLE_LOG_FORMAT": ["xml", "JSON"],
    "CITABLE_LOG_LEVEL": ["loud", "20"],
    "CITABLE_LOG_REQUESTS": ["maybe"],
    "CITABLE_OTLP_ENDPOINT": ["collector:4318", "grpc://collector:4317", "http://"],
    "CITABLE_PUBLIC_URL": ["nonsense", "ftp://citable.example", "https://"],
}


def test_every_setting_is_in_the_table_of_the_readme_and_nothing_else_is():
    assert sorted(ROWS) == sorted(variable_names())


def test_every_default_in_the_table_is_the_default():
    for name, row in ROWS.items():
        default = getattr(Settings(), name.removeprefix("CITABLE_").lower(), None)
        if default is not None:
            shown = str(default).lower() if isinstance(default, bool) else default
            assert f"`{shown}`" in row, name


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_one_sentence_that_names_the_variable_and_the_value(name, value):
    with pytest.raises(CannotStart) as refused:
        settings_from_environment({name: value})
    assert refused.value.detail.startswith(f"{name} is {value!r}: ")
    assert refused.value.detail.endswith(".")
    assert "\n" not in refused.value.detail


@pytest.mark.parametrize("name", ["CITABLE_PROT", "CITABLE_", "CITABLE_PORTS"])
def test_an_unknown_setting_is_one_sentence_that_lists_those_there_are(name):
    with pytest.raises(CannotStart) as refused:
        settings_from_environment({name: "1"})
    assert refused.value.detail.startswith(f"{name} is no setting")
    assert all(known in refused.value.detail for known in variable_names())


@pytest.mark.parametrize("name", variable_names())
def test_a_setting_that_is_empty_is_as_if_it_were_not_there(name):
    assert settings_from_environment({name: ""}) == Settings()


def test_what_is_none_of_ours_is_left_alone():
    assert settings_from_environment({"PATH": "/bin", "XCITABLE_PORT": "x", "CITABLEPORT": "x"}) == Settings()


@pytest.mark.parametrize(("variables", "reason"), [({"port": "abc"}, "CITABLE_PORT"), ({"prot": "1"}, "CITABLE_PROT")])
def test_the_program_says_that_sentence_and_starts_nothing(place, variables, reason):
    assert place.start("run", **variables).failed_in_a_sentence().startswith(reason)
    assert not place.data.exists()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "a..b", "x" * 70 + ".example", "no host", "::g"])
def test_an_address_that_cannot_be_listened_on_is_one_sentence(host):
    with pytest.raises(CannotStart) as refused:
        listen(Settings(host=host, port=8000))
    assert host in refused.value.detail


@pytest.mark.parametrize(
    ("settings", "origin"),
    [
        (Settings(), "http://127.0.0.1:8000"),
        (Settings(host="::1", port=81), "http://[::1]:81"),
        (Settings(public_url="https://citable.example/"), "https://citable.example"),
    ],
)
def test_links_begin_with_an_address_a_browser_takes(settings, origin):
    assert settings.origin == origin
