"""Problems as people read them: one that happened, and what a kind of problem means. Pure."""

from collections.abc import Sequence
from functools import cache

from schemas.problems import Problem
from service.rendering.html import MEDIA_TYPE
from service.rendering.pages import PAGE_FIELDS, page


def problem_page(problem: Problem) -> tuple[bytes, Sequence[tuple[str, str]]]:
    """The page about a problem that happened, and its header fields: each fault, and what to do next."""
    return page("problem.html", problem=problem), [("content-type", MEDIA_TYPE), *PAGE_FIELDS]


@cache
def problem_type_page(slug: str, status: int, title: str, meaning: str) -> bytes:
    """The page about a kind of problem."""
    return page("problem_type.html", nav="api", slug=slug, status=status, title=title, meaning=meaning)
