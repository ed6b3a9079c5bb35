"""Which language a caller reads numbers in."""

import pytest

from schemas.languages import Language
from service.cache.languages import in_language, language_for


@pytest.mark.parametrize(
    ("field", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("*", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("DE", "de"),
        ("it, fr;q=0.5", "fr"),
        ("en;q=0.1, hi-IN", "hi"),
        ("zh-Hans-CN, en;q=0.5", "zh"),
        ("es;q=0", "en"),
        ("it", "en"),
        ("d\u00e9", "en"),
        ("de," * 200, "en"),
    ],
)
def test_the_best_of_our_languages_is_taken(field, language):
    assert language_for(field) == Language(language)


def test_an_answer_says_which_languages_are_in_it():
    assert dict(in_language(Language.EN))["content-language"] == "en"
    assert dict(in_language(Language.DE))["content-language"] == "de, en"
    assert "Accept-Language" in dict(in_language(Language.EN))["vary"]
