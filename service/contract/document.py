"""The whole document, put together."""

from collections.abc import Iterable
from typing import Any

from service.contract import fields
from service.contract.components import components_of
from service.contract.examples import Examples
from service.contract.messages import MESSAGES, messages_of
from service.contract.operations import bodies_of, lines_of, operation_of
from service.contract.responses import failures_of, problems_of, sent_by
from service.release import VERSION
from service.web.endpoints import Endpoint
from service.web.headers import LIMITS, OF_A_REDIRECT, SENT_WITH
from service.web.problems import SHAPES

TAGS = {
    "Reading": {
        "Claims": "What was said, the number in it, and what verification found.",
        "Versions": "Every version a claim has had, and what changed.",
        "Measures": "What is measured; claims of one measure compete.",
        "Sources": "Who is cited, and by which claims.",
        "Topics": "The tags claims carry.",
        "Matches": "Which numbers of a text are claims we hold, and whether they are right.",
        "Changes": "The log from a position on: who quoted a claim learns when it changed.",
        "Feeds": "What changed, for feed readers: Atom and JSON Feed.",
        "Embeds": "Claims in other people's pages: oEmbed.",
    },
    "Writing": {
        "Editing": "Create, revise, verify and retract claims; each appends a version, and no update is lost.",
        "Keys": "Who may do what.",
    },
    "Hearing of changes": {
        "Webhooks": "Be told of changes where you are, and say that you dealt with them.",
    },
    "Operating": {"Operations": "For machines and operators."},
}
"""Tags, grouped as a reader would look for them."""

_DESCRIPTION = """Each claim with its number, sources, dates, verification status and every version it ever had. \
Whatever you quoted yesterday can be read again exactly, and you learn when it changed.

**Enumerations are open.** New values may be added within v1: an answer's `Status` is a `KnownStatus` or any other \
text, so read an unknown one as its description says. What you send must be one of the known ones. New fields may be \
added to answers: ignore those you do not know.

**Errors are problems** (RFC 9457): switch on `type`, whose page says what to do. An address that does not know a \
method answers 405, with `Allow`.

**Every GET answers HEAD**, every address answers OPTIONS, and any origin may read."""


def contract_of(endpoints: Iterable[Endpoint], examples: Examples) -> dict[str, Any]:
    """The contract of endpoints; those with `listed=False` are pages for people."""
    listed = [endpoint for endpoint in endpoints if endpoint.listed]
    failing = {failure for endpoint in listed for failure in failures_of(endpoint)}
    answers = [kind for endpoint in listed for kind in endpoint.answers.values()]
    answers += [SHAPES[failure].body for failure in failing]
    answers += [kind for kind, _, _ in MESSAGES.values()]
    queries = {endpoint.query for endpoint in listed}
    schemas = components_of(_distinct(answers), {*queries, *bodies_of(listed)}) | lines_of(listed)
    headers = {header for endpoint in listed for header in sent_by(endpoint)}
    headers |= {header for failure in failing for header in SENT_WITH.get(failure, ())}
    headers |= {*OF_A_REDIRECT, *LIMITS}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in listed:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation_of(endpoint, schemas, examples)
    for query in queries:  # its parameters are listed where they are used
        del schemas[query.__name__]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Citable",
            "version": VERSION,
            "summary": "The API for AI statistics that people quote.",
            "description": _DESCRIPTION,
        },
        "servers": [{"url": "/", "description": "Where this contract is served."}],
        "tags": [
            {"name": name, "description": sentence} for group in TAGS.values() for name, sentence in group.items()
        ],
        "x-tagGroups": [{"name": name, "tags": list(group)} for name, group in TAGS.items()],
        "paths": paths,
        "webhooks": messages_of(examples),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "headers": fields.components_of(headers),
            "responses": problems_of(listed, examples),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "bearerFormat": "ctb_…", "description": "An API key."}
            },
        },
    }


def _distinct(kinds: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for kind in kinds:
        if kind not in found:
            found.append(kind)
    return found
