"""Secrets: in the environment or in a file, and in no sentence anyone ever reads."""

import asyncio

import pytest

from schemas.failures import CannotStart
from service.settings import SECRETS, Settings, settings_from_environment
from tests.cli.programs import Program, free_port

PASSWORD = "s3cr3t"
ADDRESSES = {
    "CITABLE_DATABASE_URL": f"postgresql://citable:{PASSWORD}@db.example/citable",
    "CITABLE_DATABASE_DIRECT_URL": f"postgresql://citable:{PASSWORD}@db-rw.example/citable",
    "CITABLE_DATABASE_REPLICA_URL": f"postgresql://citable:{PASSWORD}@db-ro.example/citable",
    "CITABLE_REDIS_URL": f"rediss://:{PASSWORD}@redis.example:6379/0",
}
KINDS = pytest.mark.parametrize("variable", ADDRESSES)


def refused(variables: dict[str, str]) -> str:
    """The one sentence these are refused with, after asserting that it says no secret."""
    with pytest.raises(CannotStart) as failure:
        settings_from_environment(variables)
    sentence = failure.value.detail
    assert PASSWORD not in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert failure.value.__cause__ is None
    return sentence


def test_every_secret_can_be_in_a_file():
    assert {f"CITABLE_{name.upper()}" for name in SECRETS} == set(ADDRESSES)


@KINDS
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_is_the_content_of_a_file_without_its_final_newline(tmp_path, variable, end):
    file = tmp_path / "secret"
    file.write_bytes((ADDRESSES[variable] + end).encode())
    found = settings_from_environment({f"{variable}_FILE": str(file)})
    assert found == settings_from_environment({variable: ADDRESSES[variable]})
    assert PASSWORD not in repr(found)
    assert PASSWORD not in str(found)


@KINDS
def test_both_forms_at_once_are_refused(tmp_path, variable):
    file = tmp_path / "secret"
    file.write_text(ADDRESSES[variable])
    said = refused({variable: ADDRESSES[variable], f"{variable}_FILE": str(file)})
    assert said == f"{variable} and {variable}_FILE are both set: set one of them."


@KINDS
def test_one_form_may_be_there_and_empty(tmp_path, variable):
    file = tmp_path / "secret"
    file.write_text(ADDRESSES[variable])
    assert settings_from_environment({variable: "", f"{variable}_FILE": str(file)}) != Settings()
    assert settings_from_environment({variable: ADDRESSES[variable], f"{variable}_FILE": ""}) != Settings()


@KINDS
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: no such file or directory"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (f"redis://{PASSWORD}\nredis://{PASSWORD}\n".encode(), "more than one line"),
        (b"postgresql://" + b"s3cr3t" * 2000, "more than one line"),
        (b"\xff\xfes3cr3t", "it is no text"),
    ],
)
def test_a_file_that_holds_no_secret_is_one_sentence_that_names_it(tmp_path, variable, content, why):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    said = refused({f"{variable}_FILE": str(file)})
    assert said.startswith(f"{variable}_FILE is '{file}', which ")
    assert why in said


@KINDS
def test_a_folder_is_no_file(tmp_path, variable):
    assert "is a directory" in refused({f"{variable}_FILE": str(tmp_path)})


@KINDS
def test_an_address_of_another_kind_is_not_repeated(tmp_path, variable):
    file = tmp_path / "secret"
    file.write_text(f"mysql://root:{PASSWORD}@db.example/x")
    assert "begins with" in refused({variable: f"mysql://root:{PASSWORD}@db.example/x"})
    assert "begins with" in refused({f"{variable}_FILE": str(file)})


@pytest.mark.parametrize(
    "variables",
    [
        {"database_url": f"postgresql://citable:{PASSWORD}/word@127.0.0.1/x", "redis_url": "redis://127.0.0.1:1/0"},
        {"database_url": f"postgresql://citable:{PASSWORD}@127.0.0.1:1/x", "redis_url": "redis://127.0.0.1:1/0"},
        {"database_url": "postgresql://127.0.0.1:1/x", "redis_url": f"redis://:{PASSWORD}/word@127.0.0.1/0"},
        {"database_url": "postgresql://127.0.0.1:1/x", "redis_url": f"redis://{PASSWORD}@127.0.0.1:port/0"},
    ],
    ids=["a slash in a password", "nobody listens", "a slash in Redis's", "no port"],
)
async def test_what_makes_no_sense_in_an_address_does_not_tell_the_password(tmp_path, variables):
    program = Program(tmp_path, "serve", port=free_port(), **variables)
    said = await asyncio.to_thread(program.failed_in_a_sentence)
    assert PASSWORD not in said
    assert PASSWORD not in program.said
