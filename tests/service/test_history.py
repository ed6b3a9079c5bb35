"""What changed between two texts, word by word."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rendering.history import Part, _in_text

WORDS = st.lists(st.sampled_from(["a", "b", "cranes", "4,100", "4,200", "\n"]), max_size=40).map(" ".join)


def parts(before: str, after: str) -> list[Part]:
    return [part for difference in _in_text("Why", before, after) for part in difference.parts]


@given(WORDS, WORDS)
def test_what_was_and_what_is_can_be_read_from_it(before, after):
    found = parts(before, after)
    if before != after:
        assert "".join(part.text for part in found if part.kind != "added") == before
        assert "".join(part.text for part in found if part.kind != "removed") == after
        assert all(part.text for part in found)


def test_what_is_the_same_is_not_said():
    assert parts("Harbours run cranes.", "Harbours run cranes.") == []


def test_a_word_that_changed_is_the_only_one_marked():
    assert parts("Harbours run 4,100 cranes.", "Harbours run 4,200 cranes.") == [
        Part("kept", "Harbours run "), Part("removed", "4,100"), Part("added", "4,200"), Part("kept", " cranes."),
    ]  # fmt: skip


@pytest.mark.parametrize("letters", ["ab", "abcdefghijklmnopqrstuvwxyz"])
def test_the_longest_texts_take_no_longer_than_in_proportion(letters):
    rng = random.Random(1)

    def took(words: int) -> float:
        before, after = (" ".join(rng.choice(letters) for _ in range(words)) for _ in range(2))
        began = time.process_time()
        for _ in range(3):
            parts(before, after)
        return time.process_time() - began

    took(100)
    assert took(2000) < 40 * max(took(100), 0.002)
