"""msgspec's JSON Schema in the dialect the contract is written in. Pure."""

import inspect
import re
from typing import Any

LARGEST_INT32 = 2**31 - 1


def never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is absent is absent; it is never null."""
    plain = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    if schema.get("default") is not None:
        plain["default"] = schema["default"]
    for part in schema.get("anyOf", []):
        if part != {"type": "null"}:
            plain = {**part, **plain}
    return plain


def tidy(schema: Any) -> Any:
    """msgspec's schema in the dialect generators read best: typed enums, plain patterns, short nullables."""
    if isinstance(schema, list):
        return [tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidied = {name: tidy(value) for name, value in schema.items()}
    if "enum" in tidied:
        tidied = {"type": "string", **tidied}
    if isinstance(tidied.get("default"), dict):
        del tidied["default"]  # its fields say theirs, and generators write no literal of an object
    if tidied.get("type") == "integer" and tidied.get("maximum", 0) > LARGEST_INT32:
        tidied["format"] = "int64"  # else a client in Go or Java reads 32 bits
    if isinstance(tidied.get("description"), str):
        tidied["description"] = inspect.cleandoc(tidied["description"])  # Python 3.13 does this by itself
    if isinstance(tidied.get("pattern"), str):
        tidied["pattern"] = re.sub(r"\(\?!\\n\)$", "", tidied["pattern"])
    alternatives = tidied.get("anyOf", [])
    if len(alternatives) == 2 and {"type": "null"} in alternatives:
        (other,) = (part for part in alternatives if part != {"type": "null"})
        if isinstance(other.get("type"), str) and "enum" not in other:
            rest = {name: value for name, value in tidied.items() if name != "anyOf"}
            return {**other, **rest, "type": [other["type"], "null"]}
    return tidied
