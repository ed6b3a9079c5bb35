"""A release that does not exist yet: every object has a new field, and every open enumeration a new value."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.contract.relay import relay

CONTRACT = json.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_text())
SCHEMAS = CONTRACT["components"]["schemas"]
NEW_VALUE = "from-tomorrow"
NEW_FIELD = {"from_tomorrow": {"deep": [1, None, "text", {}]}}


class Newer:
    """Answers as they are passed on; counts what it added to them."""

    def __init__(self) -> None:
        self.fields = 0
        self.values = 0

    @asynccontextmanager
    async def before(self, url: str) -> AsyncIterator[str]:
        """The address of the newer API, in front of the one at `url`, until the block ends."""
        async with relay(url, self._answer) as address:
            yield address

    def _answer(self, request: httpx.Request, body: bytes, answer: httpx.Response) -> bytes:
        schema = _schema_of(request, answer)
        return json.dumps(self._newer(json.loads(body), schema)).encode() if schema and body else body

    def _newer(self, value: Any, schema: dict[str, Any]) -> Any:
        if "$ref" in schema:
            schema = _component(schema)
        if {"type": "string"} in schema.get("anyOf", ()):  # an open enumeration: a known value, or any other text
            self.values += 1
            return NEW_VALUE
        for alternative in schema.get("anyOf", ()):
            if alternative != {"type": "null"} and value is not None:
                return self._newer(value, alternative)
        if isinstance(value, dict) and "properties" in schema:
            self.fields += 1
            known = {name: self._newer(part, schema["properties"][name]) for name, part in value.items()}
            return {**known, **NEW_FIELD}
        if isinstance(value, list):
            return [self._newer(part, schema["items"]) for part in value]
        return value


def _schema_of(request: httpx.Request, answer: httpx.Response) -> dict[str, Any] | None:
    """The schema the contract gives for an answer."""
    media = answer.headers.get("content-type", "")
    segments = request.url.path.split("/")
    for path, methods in CONTRACT["paths"].items():
        pattern = path.split("/")
        if len(pattern) == len(segments) and all(
            part in ("{id}", "{version}") or part == segment for part, segment in zip(pattern, segments, strict=True)
        ):
            found = methods[request.method.lower()]["responses"][str(answer.status_code)]
            return (_component(found) if "$ref" in found else found).get("content", {}).get(media, {}).get("schema")
    return None


def _component(reference: dict[str, Any]) -> dict[str, Any]:
    _, _, kind, name = reference["$ref"].split("/")
    component: dict[str, Any] = CONTRACT["components"][kind][name]
    return component
