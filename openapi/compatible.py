"""Whether a contract keeps what an older one promised: requests may only widen, answers may only grow.

`python -m openapi.compatible OLD NEW [EXCEPTIONS]` says each breaking change in a sentence, with a JSON Pointer to
where it is in the new contract, or was in the old one; it exits 1 if there are any. EXCEPTIONS is a JSON file of
changes that break a rule and nobody's program, each with the reason. What the comparison cannot judge it reports, too.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from openapi.shapes import ANNOTATIONS, Document, Part, alternatives, resolved, types_named, values_of

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_JUDGED = {
    *UPPER, *LOWER, "$ref", "type", "enum", "const", "anyOf", "oneOf", "properties", "required", "items", "pattern",
    "format", "additionalProperties", "default", "contentSchema",
}  # fmt: skip
_WITH_SCHEMAS = {"allOf", "not", "if", "contains", "prefixItems", "patternProperties", "dependentSchemas"}
"""Words of JSON Schema with schemas inside, which we do not use and this does not look into."""

Found = Iterator[str]


def breaking_changes(old: Document, new: Document) -> list[str]:
    """Each breaking change from one contract to another: `pointer: sentence`."""
    return list(dict.fromkeys(_Comparison(old, new).found()))


class _Comparison:
    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self.seen: set[tuple[str, str, bool]] = set()

    def found(self) -> Found:
        for path, item in self.old["paths"].items():
            here = f"#/paths/{_escaped(path)}"
            later = self.new["paths"].get(path, {})
            for method in METHODS:
                if method in item and method not in later:
                    yield f"{here}/{method}: the operation {method.upper()} {path} is gone."
                elif method in item:
                    yield from self._operation(f"{here}/{method}", _whole(item, method), _whole(later, method))
        there_are = [server["url"] for server in self.new.get("servers", [])]
        for server in self.old.get("servers", []):
            if server["url"] not in there_are:
                yield f"#/servers: it is no longer at {server['url']}."
        schemes = self.new.get("components", {}).get("securitySchemes", {})
        for name, scheme in self.old.get("components", {}).get("securitySchemes", {}).items():
            for key in ("type", "scheme", "in", "name"):
                if scheme.get(key) != schemes.get(name, {}).get(key):
                    yield f"#/components/securitySchemes/{name}: callers say who they are in another way ({key})."

    def _operation(self, here: str, old: Part, new: Part) -> Found:
        if old.get("operationId") != new.get("operationId"):
            yield f"{here}/operationId: `{old.get('operationId')}` is called `{new.get('operationId')}`, so it has " \
                "another name in generated clients."  # fmt: skip
        if old.get("tags") != new.get("tags"):
            yield f"{here}/tags: it is in another group, so generated clients keep it elsewhere."
        if "x-role" in new and new["x-role"] != old.get("x-role"):
            yield f"{here}/x-role: it takes a key of another role, {new['x-role']}."
        alternatives_there_were = old.get("security", self.old.get("security", [])) or [{}]
        there_are = new.get("security", self.new.get("security", [])) or [{}]
        for credentials in alternatives_there_were:
            if not any(_suffices(credentials, needed) for needed in there_are):
                yield f"{here}/security: {'no key' if not credentials else ' and '.join(credentials)} is not enough."
        yield from self._parameters(here, _named(self.old, old), _named(self.new, new))
        yield from self._body(here, old.get("requestBody"), new.get("requestBody"))
        yield from self._responses(here, old.get("responses", {}), new.get("responses", {}))

    def _parameters(self, here: str, old: Mapping[str, tuple[str, Part]], new: Mapping[str, tuple[str, Part]]) -> Found:
        for key, (place, parameter) in old.items():
            if key not in new:
                yield f"{here}{place}: the parameter `{parameter['name']}` ({parameter['in']}) is no longer taken."
        for key, (place, parameter) in new.items():
            _, before = old.get(key, ("", {}))
            name = f"the parameter `{parameter['name']}` ({parameter['in']})"
            if parameter.get("required") and not before.get("required"):
                yield f"{here}{place}: {name} must be sent now."
            if not before:
                continue
            if any(before.get(style) != parameter.get(style) for style in ("style", "explode")):
                yield f"{here}{place}: {name} is written in another way."
            yield from self._schema(
                f"{here}{place}/schema", before.get("schema", {}), parameter.get("schema", {}), True
            )

    def _body(self, here: str, old: Part | None, new: Part | None) -> Found:
        before, after = resolved(self.old, old or {})[0], resolved(self.new, new or {})[0]
        if after.get("required") and not before.get("required"):
            yield f"{here}/requestBody: a body must be sent now."
        if old is not None and new is None:
            yield f"{here}/requestBody: a body is no longer taken."
        elif old is not None:
            yield from self._content(f"{here}/requestBody", before, after, True)

    def _responses(self, here: str, old: Part, new: Part) -> Found:
        for status in old:
            place = f"{here}/responses/{status}"
            if status not in new:
                if status[0] in "23":
                    yield f"{place}: it no longer answers {status}."
                continue
            (before, _), (after, name) = resolved(self.old, old[status]), resolved(self.new, new[status])
            place = name or place
            yield from self._content(place, before, after, False)
            yield from self._headers(place, before.get("headers", {}), after.get("headers", {}))
        for status in new:
            if status not in old and status[0] == "2":
                yield f"{here}/responses/{status}: it may answer {status}, which no client expects."

    def _headers(self, here: str, old: Part, new: Part) -> Found:
        later = {name.lower(): (name, header) for name, header in new.items()}
        for name, header in old.items():
            place = f"{here}/headers/{name}"
            if name.lower() not in later:
                yield f"{place}: the header field `{name}` is no longer sent."
                continue
            written, found = later[name.lower()]
            (before, _), (after, reference) = resolved(self.old, header), resolved(self.new, found)
            if before.get("required") and not after.get("required"):
                yield f"{here}/headers/{written}: the header field `{name}` may be missing."
            inner = f"{reference or f'{here}/headers/{written}'}/schema"
            yield from self._schema(inner, before.get("schema", {}), after.get("schema", {}), False)

    def _content(self, here: str, old: Part, new: Part, asked: bool) -> Found:
        for media, content in old.get("content", {}).items():
            place = f"{here}/content/{_escaped(media)}"
            if media not in new.get("content", {}):
                yield f"{place}: {media} is no longer {'taken' if asked else 'answered'}."
            else:
                later = new["content"][media]
                yield from self._schema(f"{place}/schema", content.get("schema", {}), later.get("schema", {}), asked)

    def _schema(self, here: str, old: Part, new: Part, asked: bool) -> Found:
        """What a value may be: of what is `asked` no less than before, of what is answered no more."""
        if asked and old.get("default") != new.get("default"):
            yield f"{here}: what is left out means another thing than before."
        (_, was), (_, name) = resolved(self.old, old), resolved(self.new, new)
        if was and name:
            if (was, name, asked) in self.seen:
                return
            self.seen.add((was, name, asked))
        used, here = name if was and name else here, name or here
        before, after = alternatives(self.old, old), alternatives(self.new, new)
        wider, narrower = (after, before) if asked else (before, after)
        matched = {key: _match(key, wider) for key in narrower}
        if lost := types_named(key for key, other in matched.items() if other is None):
            yield f"{used}: it may {'no longer' if asked else 'now'} be {lost}."
        for key, other in matched.items():
            if other is not None:
                one, two = (narrower[key], wider[other]) if asked else (wider[other], narrower[key])
                yield from self._plain(here, one, two, asked)

    def _plain(self, here: str, old: Part, new: Part, asked: bool) -> Found:
        """Two schemas of one type."""
        yield from _values(here, old, new, asked)
        yield from _bounds(here, old, new, asked)
        for key in ("pattern", "format"):
            promised = new.get(key) if asked else old.get(key)
            if promised is not None and old.get(key) != new.get(key):
                yield f"{here}: its {key} was {old.get(key, 'any')} and is {new.get(key, 'any')}."
        for key in sorted((old.keys() | new.keys()) - _JUDGED - ANNOTATIONS):
            if old.get(key) != new.get(key) or key in _WITH_SCHEMAS:
                yield f"{here}: what its `{key}` does cannot be judged."
        yield from self._properties(here, old, new, asked)
        for key in ("items", "contentSchema"):
            if key in old or key in new:
                yield from self._schema(f"{here}/{key}", old.get(key, {}), new.get(key, {}), asked)

    def _properties(self, here: str, old: Part, new: Part, asked: bool) -> Found:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed, needs = set(old.get("required", [])), set(new.get("required", []))
        was_open, is_open = (schema.get("additionalProperties", True) for schema in (old, new))
        if asked:
            yield from (f"{here}/required: `{name}` must be sent now." for name in sorted(needs - needed))
            if is_open is False:
                gone = sorted(before.keys() - after.keys())
                yield from (f"{here}/properties/{name}: `{name}` is no longer taken." for name in gone)
                if was_open is not False:
                    yield f"{here}: properties that are not listed are no longer taken."
        else:
            gone = sorted(before.keys() - after.keys())
            yield from (f"{here}/properties/{name}: `{name}` is no longer answered." for name in gone)
            lax = sorted((needed - needs) & after.keys())
            yield from (f"{here}/required: `{name}` may be missing." for name in lax)
            if was_open is False:
                more = sorted(after.keys() - before.keys())
                yield from (
                    f"{here}/properties/{name}: `{name}` is new where nothing was to be added." for name in more
                )
        if isinstance(was_open, dict) or isinstance(is_open, dict):
            before_others, others = (each if isinstance(each, dict) else {} for each in (was_open, is_open))
            yield from self._schema(f"{here}/additionalProperties", before_others, others, asked)
        for name in sorted(before.keys() & after.keys()):
            yield from self._schema(f"{here}/properties/{_escaped(name)}", before[name], after[name], asked)


def _values(here: str, old: Part, new: Part, asked: bool) -> Found:
    before, after = values_of(old), values_of(new)
    if asked and after is not None:
        if before is None:
            yield f"{here}: only {_listed(after)} are taken now."
        elif lost := before - after:
            yield f"{here}: {_listed(lost)} is no longer taken."
    if not asked and before is not None:
        if after is None:
            yield f"{here}: it may be any value now, not only {_listed(before)}."
        elif more := after - before:
            yield f"{here}: it may be {_listed(more)}, which no client expects."


def _bounds(here: str, old: Part, new: Part, asked: bool) -> Found:
    for names, sign in ((UPPER, 1), (LOWER, -1)):
        for name in names:
            unbounded = sign * float("inf")
            before, after = old.get(name, unbounded), new.get(name, unbounded)
            grew = (after - before) * sign if after != before else 0
            if grew < 0 and asked:
                yield f"{here}/{name}: it was {old.get(name, 'not bounded')} and is {after}: less is taken."
            if grew > 0 and not asked:
                yield f"{here}/{name}: it was {before} and is {new.get(name, 'not bounded')}: more is answered."


def _match(key: str, wider: Mapping[str, Part]) -> str | None:
    """Which alternative of a wider union may hold what one of a narrower does."""
    if key in wider:
        return key
    if key.startswith("object") and len(objects := [other for other in wider if other.startswith("object")]) == 1:
        return objects[0]
    if key == "integer" and "number" in wider:
        return "number"
    return "any" if "any" in wider else None


def _named(document: Document, operation: Part) -> dict[str, tuple[str, Part]]:
    """The parameters of an operation by place and name, each with a pointer to it."""
    found = {}
    for number, part in enumerate(operation.get("parameters", [])):
        parameter, _ = resolved(document, part)
        name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
        found[f"{parameter['in']} {name}"] = (f"/parameters/{number}", parameter)
    return found


def _whole(item: Part, method: str) -> Part:
    """An operation with the parameters that its whole path takes."""
    operation: Part = item[method]
    return {**operation, "parameters": [*operation.get("parameters", []), *item.get("parameters", [])]}


def _suffices(credentials: Part, needed: Part) -> bool:
    return needed.keys() <= credentials.keys() and all(set(needed[key]) <= set(credentials[key]) for key in needed)


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def _listed(values: set[str]) -> str:
    return ", ".join(sorted(values))


def main(arguments: list[str]) -> int:
    """Compares the files named; returns the exit status."""
    if len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)  # noqa: T201 - it is a command
        return 2
    old, new, *rest = (json.loads(Path(file).read_text()) for file in arguments)
    allowed = {change: entry["why"] for entry in (rest[0] if rest else []) for change in entry["changes"]}
    found = breaking_changes(old, new)
    for change in found:
        print(f"allowed: {change} {allowed[change]}" if change in allowed else change)  # noqa: T201
    return int(any(change not in allowed for change in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
