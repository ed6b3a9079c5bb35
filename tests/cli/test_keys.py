"""`citable keys`: who can do what, from a terminal."""

import os
import re
import signal

import httpx
import pytest

from tests.cli.programs import Program, answer_of, processes_of, until


async def test_a_key_is_issued_used_listed_and_revoked(database, tmp_path):
    url = await database("curated")

    def keys(*arguments):
        return Program(tmp_path, "keys", *arguments, database_url=url)

    issued = keys("issue", "--role", "editor", "--name", "Desk")
    said = issued.succeeded()
    secret = issued.answered.decode()
    assert re.fullmatch(r"ctb_[0-9a-f]{12}_[A-Za-z0-9_-]{43}\n", secret)
    assert secret.strip() not in said
    listing = keys()
    listing.succeeded()
    id = secret.split("_")[1]
    [row] = [line for line in listing.answered.decode().splitlines() if id in line]
    assert all(word in row for word in ("Desk", "editor", "edit claims", "never"))
    assert "verify" not in row
    assert secret.split("_", 2)[2].strip() not in listing.answered.decode()
    assert f"key {id} of Desk is revoked" in keys("revoke", id).succeeded()
    listing = keys()
    listing.succeeded()
    assert "by console" in listing.answered.decode()
    assert "nothing" in listing.answered.decode()


async def test_a_name_in_force_is_one_sentence(database, tmp_path):
    url = await database("curated")
    for name, fails in (("Desk", False), ("DESK", True)):
        program = Program(tmp_path, "keys", "issue", "--role", "admin", "--name", name, database_url=url)
        if fails:
            assert "called DESK already" in program.failed_in_a_sentence()
            assert program.answered == b""
        else:
            program.succeeded()


@pytest.mark.parametrize("command", [["keys"], ["export", "-"], ["import", "-"], ["keys", "revoke", "0" * 12]])
def test_where_there_is_no_database_none_is_made(command, place):
    program = place.start(*command)
    assert "There is no database in" in program.failed_in_a_sentence()
    assert not place.data.exists()


def test_where_nobody_has_a_key_it_says_how_to_get_one(loaded_place):
    assert "there are no keys yet" in loaded_place.start("keys").succeeded()


def test_the_postgresql_of_another_that_died_is_one_sentence(loaded_place):
    running = loaded_place.start("run")
    running.says("ready")
    for process, command in processes_of(loaded_place.data).items():
        if "postgres" in command and "-D" in command:
            os.kill(process, signal.SIGKILL)
    until(lambda: not any("postgres" in c for c in processes_of(loaded_place.data).values()), "its PostgreSQL is gone")
    assert "has stopped" in loaded_place.start("keys").failed_in_a_sentence()
    running.interrupt()
    running.ends()
    again = loaded_place.start("run")
    again.says("ready")


async def test_a_key_nobody_issued_is_one_sentence(database, tmp_path):
    program = Program(tmp_path, "keys", "revoke", "000000000000", database_url=await database("curated"))
    assert program.failed_in_a_sentence().startswith("There is no key 000000000000.")


@pytest.mark.parametrize("name", ["", " ", " Desk", "two\nlines", "x" * 101, "\u202eDesk"])
async def test_a_name_nobody_can_read_is_refused(name, tmp_path):
    asked = ("keys", "issue", "--role", "editor", "--name", name)
    program = Program(tmp_path, *asked, database_url="postgresql://127.0.0.1:1/x")
    assert program.ends() == 2
    assert "one line of at most 100 characters" in program.said


def test_a_key_issued_beside_a_running_citable_works_there(loaded_place):
    running = loaded_place.start("run")
    running.says("ready")
    issued = loaded_place.start("keys", "issue", "--role", "admin", "--name", "Anna")
    issued.succeeded()
    headers = {"Authorization": f"Bearer {issued.answered.decode().strip()}"}
    answer = httpx.get(f"http://127.0.0.1:{loaded_place.port}/v1/keys", headers=headers, timeout=30)
    assert [key["name"] for key in answer.json()["items"]] == ["Anna"]
    assert answer_of(loaded_place.port, "/v1/keys").status_code == 401
