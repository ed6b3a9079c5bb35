"""Webhooks of tests: each at an address of its own, which nobody listens at unless the test does."""

import itertools
from typing import Any

from tests.web.writing import Writer

_numbers = itertools.count(1)


def address() -> str:
    """An address on this machine that no other test has, at a port nobody listens at."""
    return f"http://127.0.0.1:9/hooks/{next(_numbers)}"


async def hook(writer: Writer, **about: Any) -> dict[str, Any]:
    """A new webhook, as the API answers it, its secret included."""
    answer = await writer.send("POST", "/v1/webhooks", {"url": address(), **about})
    assert answer.status_code == 201, answer.text[:500]
    return answer.json()


async def unhook(writer: Writer, id: str) -> None:
    """Deletes a webhook: an owner has twenty at most."""
    answer = await writer.ask("DELETE", f"/v1/webhooks/{id}")
    assert answer.status_code == 200, answer.text[:500]
