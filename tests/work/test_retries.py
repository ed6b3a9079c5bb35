"""When messages are sent again: the schedule, chance, and what endpoints ask for."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.work.retries import ATTEMPTS, DUE, IN_A_ROW, asked_to_wait, is_down, next_attempt, pause

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = 3600


class Middle(Random):
    """Chance that always takes the middle."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


def test_without_jitter_attempts_are_those_of_standard_webhooks_and_the_last_is_after_a_day():
    at, moments = NOW, [NOW]
    while (due := next_attempt(len(moments), at, Middle())) is not None:
        at = due
        moments.append(at)
    wanted = [0, 5, 5 * 60, 30 * 60, *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24))]
    assert [round((moment - NOW).total_seconds()) for moment in moments] == wanted
    assert wanted == DUE


@given(attempts=st.integers(1, ATTEMPTS - 1), seed=st.integers())
def test_a_wait_is_a_tenth_longer_or_shorter_at_most(attempts, seed):
    wait = (next_attempt(attempts, NOW, Random(seed)) - NOW).total_seconds()
    step = DUE[attempts] - DUE[attempts - 1]
    assert 0.9 * step <= wait <= 1.1 * step


def test_chance_spreads_what_failed_together():
    chance = Random(7)
    waits = [(next_attempt(4, NOW, chance) - NOW).total_seconds() / 5400 for _ in range(1000)]
    assert min(waits) < 0.92
    assert max(waits) > 1.08
    assert 400 < sum(wait < 1 for wait in waits) < 600


def test_the_same_chance_gives_the_same_times():
    assert next_attempt(2, NOW, Random(1)) == next_attempt(2, NOW, Random(1))


def test_after_the_last_attempt_there_is_none():
    assert next_attempt(ATTEMPTS, NOW, Random(1)) is None
    assert next_attempt(ATTEMPTS + 5, NOW, Random(1)) is None


def test_an_endpoint_is_left_alone_from_the_third_failure_in_a_row_on_and_longer_each_time():
    assert [pause(failures, NOW, Middle()) for failures in range(IN_A_ROW)] == [None] * 3
    waits = [(pause(failures, NOW, Middle()) - NOW).total_seconds() for failures in range(IN_A_ROW, 40)]
    assert waits[:5] == [5, 295, 1500, 5400, 3 * HOUR]
    assert sum(waits[: ATTEMPTS - 1]) == 24 * HOUR
    assert set(waits[ATTEMPTS - 1 :]) == {4 * HOUR}


def test_an_endpoint_is_down_after_a_day_in_which_it_was_asked_often():
    day = timedelta(days=1)
    assert is_down(IN_A_ROW + ATTEMPTS - 1, NOW, NOW + day)
    assert not is_down(IN_A_ROW + ATTEMPTS - 1, NOW, NOW + 0.89 * day)
    assert not is_down(IN_A_ROW, NOW, NOW + 3 * day)  # it was us who were away


@pytest.mark.parametrize(
    ("field", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("86400", 86400),
        ("86401", 86400),
        ("9" * 400, 86400),
        ("Sun, 01 Mar 2026 12:30:00 GMT", 1800),
        ("Sunday, 01-Mar-26 12:30:00 GMT", 1800),
        ("Sun Mar  1 12:30:00 2026", 1800),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Sun, 01 Mar 2099 12:00:00 GMT", 86400),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date_and_a_day_at_most(field, seconds):
    assert asked_to_wait(field, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "field",
    [
        *(None, "", "soon", "-5", "1.5", "1e3", "٣", "0x10", "Sun, 99 Mar 2026 12:30:00 GMT"),
        "Sun, 01 Mar 99999999999999999999 12:30:00 GMT",
        "Sun, 01 Mar 2026 12:30:99999999999999999999 GMT",
        "Sun, 01 Mar 2026 12:30:00 +99999999999999999999",
        "Fri, 31 Dec 9999 23:59:59 -2359",
    ],
)
def test_what_cannot_be_read_asks_for_nothing(field):
    assert asked_to_wait(field, NOW) is None


@given(st.text())
def test_no_field_breaks_anything(field):
    until = asked_to_wait(field, NOW)
    assert until is None or NOW <= until <= NOW + timedelta(days=1)
