"""Answers that the service really gave, for the contract to show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

RECORDED = Path(__file__).parents[2] / "openapi" / "examples.json"
"""Where they are kept."""

Named = Mapping[str, Mapping[str, Any]]
"""Examples by name, each with a `summary` and a `value`."""


@dataclass(frozen=True)
class Examples:
    """What was recorded: `openapi/examples.json`. `answers` by operation, status and media type, `problems` by slug."""

    answers: Mapping[str, Mapping[str, Mapping[str, Named]]] = field(default_factory=dict)
    problems: Named = field(default_factory=dict)

    def of(self, operation: str, status: int, media_type: str) -> dict[str, Any]:
        """The examples of an answer, as the contract names them."""
        found = self.answers.get(operation, {}).get(str(status), {}).get(media_type)
        return {"examples": found} if found else {}

    def of_problems(self, slugs: Iterable[str]) -> dict[str, Any]:
        """The examples of problems there are among these."""
        found = {slug: self.problems[slug] for slug in slugs if slug in self.problems}
        return {"examples": found} if found else {}


def recorded(file: Path = RECORDED) -> Examples:
    """The examples that are kept."""
    return msgspec.json.decode(file.read_bytes(), type=Examples)
