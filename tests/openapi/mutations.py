"""Changes of the contract, each with the sentence it deserves if it breaks someone, or nothing if it breaks nobody."""

from collections.abc import Callable
from typing import Any, NamedTuple

Contract = dict[str, Any]


class Mutation(NamedTuple):
    """A change: what it does to a contract, and what must be said of it: a pointer, and some of the words."""

    name: str
    make: Callable[[Contract], object]
    pointer: str | None = None
    words: str = ""


def schema(contract: Contract, name: str) -> Contract:
    return contract["components"]["schemas"][name]


def field(contract: Contract, name: str) -> Contract:
    """A property, as `Schema.property`."""
    kind, inner = name.split(".")
    return schema(contract, kind)["properties"][inner]


def operation(contract: Contract, name: str) -> Contract:
    return next(op for path in contract["paths"].values() for op in path.values() if op["operationId"] == name)


def parameter(contract: Contract, name: str) -> Contract:
    """A parameter, as `operation.parameter`."""
    of, inner = name.split(".")
    return next(found for found in operation(contract, of)["parameters"] if found["name"] == inner)


def answer(contract: Contract, name: str, status: str = "200") -> Contract:
    return operation(contract, name)["responses"][status]


def drop(contract: Contract, kind: str, name: str) -> None:
    """Removes a property."""
    del schema(contract, kind)["properties"][name]
    if name in schema(contract, kind)["required"]:
        schema(contract, kind)["required"].remove(name)


def untake(contract: Contract, name: str) -> None:
    of, _ = name.split(".")
    operation(contract, of)["parameters"].remove(parameter(contract, name))


def close(contract: Contract) -> None:
    """What answers may hold is listed for good."""
    contract["components"]["schemas"]["Severity"] = dict(schema(contract, "KnownSeverity"))


CLAIMS = "#/paths/~1v1~1claims"

BREAKING = (
    Mutation("an operation is gone", lambda c: c["paths"]["/v1/claims"].pop("get"), f"{CLAIMS}/get", "is gone"),
    Mutation("a path is gone", lambda c: c["paths"].pop("/v1/topics"), "#/paths/~1v1~1topics/get", "is gone"),
    Mutation("an operation is renamed", lambda c: operation(c, "list_claims").update(operationId="find_claims"),
             f"{CLAIMS}/get/operationId", "`find_claims`"),
    Mutation("an operation is regrouped", lambda c: operation(c, "list_claims").update(tags=["Search"]),
             f"{CLAIMS}/get/tags", "generated clients"),
    Mutation("a server is gone", lambda c: c["servers"][0].update(url="/api"), "#/servers", "no longer at /"),
    Mutation("a read needs a key", lambda c: operation(c, "list_claims").update(security=[{"key": []}]),
             f"{CLAIMS}/get/security", "no key is not enough"),
    Mutation("a write needs a higher role", lambda c: operation(c, "create_claim").update({"x-role": "admin"}),
             f"{CLAIMS}/post/x-role", "admin"),
    Mutation("keys are sent in another way", lambda c: c["components"]["securitySchemes"]["key"].update(scheme="basic"),
             "#/components/securitySchemes/key", "another way"),
    Mutation("a parameter is gone", lambda c: untake(c, "list_claims.q"), f"{CLAIMS}/get", "`q` (query) is no longer"),
    Mutation("a header field is no longer read", lambda c: untake(c, "revise_claim.Idempotency-Key"),
             f"{CLAIMS}~1{{id}}/patch", "`Idempotency-Key` (header) is no longer"),
    Mutation("a parameter must be sent", lambda c: parameter(c, "list_claims.q").update(required=True),
             f"{CLAIMS}/get/parameters/0", "must be sent now"),
    Mutation("a new parameter must be sent",
             lambda c: operation(c, "get_claim")["parameters"].append(
                 {"name": "lang", "in": "query", "required": True, "schema": {"type": "string"}}),
             f"{CLAIMS}~1{{id}}/get/parameters/5", "`lang` (query) must be sent now"),
    Mutation("a list is written with commas", lambda c: parameter(c, "list_claims.topic").update(explode=False),
             f"{CLAIMS}/get/parameters/1", "written in another way"),
    Mutation("a parameter takes less", lambda c: parameter(c, "list_topics.limit")["schema"].update(maximum=50),
             "#/paths/~1v1~1topics/get/parameters/1/schema/maximum", "it was 100 and is 50"),
    Mutation("a parameter takes only a pattern",
             lambda c: parameter(c, "list_topics.limit").update(schema={"type": "string"}),
             "#/paths/~1v1~1topics/get/parameters/1/schema", "no longer be integer"),
    Mutation("what is left out means something else",
             lambda c: parameter(c, "list_topics.limit")["schema"].update(default=10),
             "#/paths/~1v1~1topics/get/parameters/1/schema", "left out"),
    Mutation("what is left out means another value of an enumeration",
             lambda c: field(c, "NewQuantity.comparator").update(default="approx"),
             "#/components/schemas/NewQuantity/properties/comparator", "left out"),
    Mutation("a sort is gone", lambda c: schema(c, "Sort")["enum"].remove("relevance"),
             "#/components/schemas/Sort", "relevance is no longer taken"),
    Mutation("a status can no longer be given", lambda c: schema(c, "KnownStatus")["enum"].remove("disputed"),
             "#/components/schemas/KnownStatus", "disputed is no longer taken"),
    Mutation("a property of a body is gone", lambda c: drop(c, "NewClaim", "scope"),
             "#/components/schemas/NewClaim/properties/scope", "`scope` is no longer taken"),
    Mutation("a property of a body must be sent", lambda c: schema(c, "NewClaim")["required"].append("stated_on"),
             "#/components/schemas/NewClaim/required", "`stated_on` must be sent now"),
    Mutation("a property of a line must be sent", lambda c: schema(c, "NewClaimLines").update(
             contentSchema={"$ref": "#/components/schemas/NewKey"}),
             "#/components/schemas/NewKey/required", "must be sent now"),
    Mutation("a text of a body is shorter", lambda c: field(c, "NewClaim.statement").update(maxLength=280),
             "#/components/schemas/NewClaim/properties/statement/maxLength", "it was 500 and is 280"),
    Mutation("a text of a body has another pattern", lambda c: field(c, "NewClaim.id").update(pattern="^[a-z]+$"),
             "#/components/schemas/NewClaim/properties/id", "its pattern was"),
    Mutation("a text of a body has a format", lambda c: field(c, "NewClaim.attributed_to").update(format="email"),
             "#/components/schemas/NewClaim/properties/attributed_to", "its format was any"),
    Mutation("null is no longer taken", lambda c: field(c, "NewClaim.scope").update(type="string"),
             "#/components/schemas/NewClaim/properties/scope", "no longer be null"),
    Mutation("fewer sources are taken", lambda c: field(c, "NewClaim.sources").update(maxItems=5),
             "#/components/schemas/NewClaim/properties/sources/maxItems", "less is taken"),
    Mutation("a body is no longer taken", lambda c: operation(c, "create_claim").pop("requestBody"),
             f"{CLAIMS}/post/requestBody", "no longer taken"),
    Mutation("a body is of another media type",
             lambda c: operation(c, "revise_claim")["requestBody"]["content"].update(
                 {"application/json": operation(c, "revise_claim")["requestBody"]["content"].pop(
                     "application/merge-patch+json")}),
             f"{CLAIMS}~1{{id}}/patch/requestBody/content/application~1merge-patch+json", "no longer taken"),
    Mutation("a body must have something of its own", lambda c: schema(c, "NewClaim").update(allOf=[{}]),
             "#/components/schemas/NewClaim", "cannot be judged"),
    Mutation("a property of an answer is gone", lambda c: drop(c, "ClaimVersion", "digest"),
             "#/components/schemas/ClaimVersion/properties/digest", "no longer answered"),
    Mutation("a property of an answer is renamed",
             lambda c: (schema(c, "Topic")["properties"].update(total={"type": "integer"}), drop(c, "Topic", "claims")),
             "#/components/schemas/Topic/properties/claims", "no longer answered"),
    Mutation("a property of an answer may be missing", lambda c: schema(c, "ClaimPage")["required"].remove("next"),
             "#/components/schemas/ClaimPage/required", "`next` may be missing"),
    Mutation("a property of an answer may be null", lambda c: field(c, "ClaimVersion.statement").update(
             type=["string", "null"]),
             "#/components/schemas/ClaimVersion/properties/statement", "may now be null"),
    Mutation("an object of an answer may be null", lambda c: schema(c, "ClaimVersion")["properties"].update(
             period={"anyOf": [{"$ref": "#/components/schemas/Period"}, {"type": "null"}]}),
             "#/components/schemas/ClaimVersion/properties/period", "may now be null"),
    Mutation("a number of an answer is text", lambda c: field(c, "Topic.claims").update(type="string"),
             "#/components/schemas/Topic/properties/claims", "may now be string"),
    Mutation("a whole number of an answer is any number", lambda c: field(c, "Topic.claims").update(type="number"),
             "#/components/schemas/Topic/properties/claims", "may now be number"),
    Mutation("a text of an answer is longer", lambda c: field(c, "ClaimVersion.statement").update(maxLength=5000),
             "#/components/schemas/ClaimVersion/properties/statement/maxLength", "more is answered"),
    Mutation("a time of an answer is any text", lambda c: field(c, "ClaimVersion.recorded_at").pop("format"),
             "#/components/schemas/ClaimVersion/properties/recorded_at", "its format was date-time"),
    Mutation("a list of an answer is one item",
             lambda c: schema(c, "TopicPage")["properties"].update(items={"$ref": "#/components/schemas/Topic"}),
             "#/components/schemas/TopicPage/properties/items", "may now be object Topic"),
    Mutation("an answer is of another media type",
             lambda c: answer(c, "get_claim")["content"].update(
                 {"application/hal+json": answer(c, "get_claim")["content"].pop("application/json")}),
             f"{CLAIMS}~1{{id}}/get/responses/200/content/application~1json", "no longer answered"),
    Mutation("an answer is gone", lambda c: operation(c, "get_claim")["responses"].pop("302"),
             f"{CLAIMS}~1{{id}}/get/responses/302", "no longer answers 302"),
    Mutation("there is another way to succeed",
             lambda c: operation(c, "create_claim")["responses"].update({"202": {"description": "Later."}}),
             f"{CLAIMS}/post/responses/202", "no client expects"),
    Mutation("a header field is no longer sent", lambda c: answer(c, "get_claim")["headers"].pop("ETag"),
             f"{CLAIMS}~1{{id}}/get/responses/200/headers/ETag", "no longer sent"),
    Mutation("a header field may be missing", lambda c: c["components"]["headers"]["ETag"].update(required=False),
             f"{CLAIMS}~1{{id}}/get/responses/200/headers/ETag", "may be missing"),
    Mutation("a header field is of another form",
             lambda c: c["components"]["headers"]["ETag"]["schema"].update(pattern="^W/"),
             "#/components/headers/ETag/schema", "its pattern was"),
    Mutation("a problem says less", lambda c: drop(c, "Problem", "errors"),
             "#/components/schemas/Problem/properties/errors", "no longer answered"),
)  # fmt: skip

COMPATIBLE = (
    Mutation("nothing", lambda c: None),
    Mutation("an operation is new", lambda c: c["paths"].update({"/v1/novelties": dict(c["paths"]["/v1/topics"])})),
    Mutation("a parameter is new", lambda c: operation(c, "get_claim")["parameters"].append(
        {"name": "lang", "in": "query", "schema": {"type": "string"}})),
    Mutation("parameters are in another order", lambda c: operation(c, "list_claims")["parameters"].reverse()),
    Mutation("a parameter takes more", lambda c: parameter(c, "list_topics.limit")["schema"].update(maximum=500)),
    Mutation("a header field need not be sent", lambda c: parameter(c, "revise_claim.If-Match").update(required=False)),
    Mutation("a property of a body is new", lambda c: schema(c, "NewClaim")["properties"].update(
        lang={"type": "string"})),
    Mutation("a property of a body may be null", lambda c: field(c, "NewClaim.geography").update(
        type=["string", "null"])),
    Mutation("a property of a body need not be sent", lambda c: schema(c, "NewClaim")["required"].remove("geography")),
    Mutation("a body may hold anything besides", lambda c: schema(c, "NewClaim").update(additionalProperties=True)),
    Mutation("a text of a body may be longer", lambda c: field(c, "NewClaim.statement").update(maxLength=1000)),
    Mutation("a text of a body may be any", lambda c: field(c, "NewClaim.id").pop("pattern")),
    Mutation("a body of another media type is taken, too",
             lambda c: operation(c, "create_claim")["requestBody"]["content"].update(
                 {"application/yaml": {"schema": {"$ref": "#/components/schemas/NewClaim"}}})),
    Mutation("a property of an answer is new", lambda c: schema(c, "ClaimVersion")["properties"].update(
        lang={"type": "string"})),
    Mutation("a property of an answer is never null", lambda c: field(c, "ClaimVersion.scope").update(type="string")),
    Mutation("a text of an answer is shorter", lambda c: field(c, "ClaimVersion.statement").update(maxLength=100)),
    Mutation("a value is added to an open enumeration",
             lambda c: schema(c, "KnownSeverity")["enum"].append("colossal")),
    Mutation("an open enumeration is closed", close),
    Mutation("a value of a request is added", lambda c: schema(c, "Sort")["enum"].append("-claims")),
    Mutation("a failure is new", lambda c: operation(c, "list_claims")["responses"].update(
        {"410": {"$ref": "#/components/responses/NotFound"}})),
    Mutation("a failure is gone", lambda c: operation(c, "list_claims")["responses"].pop("406")),
    Mutation("a header field is new", lambda c: answer(c, "get_claim")["headers"].update(
        {"Sunset": {"schema": {"type": "string"}}})),
    Mutation("a header field is always sent", lambda c: c["components"]["headers"]["Age"].update(required=True)),
    Mutation("a read needs no key at all", lambda c: operation(c, "list_keys").update(security=[])),
    Mutation("a link is gone", lambda c: answer(c, "get_claim")["links"].clear()),
    Mutation("words are put in another way", lambda c: (
        schema(c, "Topic").update(description="A tag."), operation(c, "list_topics").update(summary="Tags."),
        field(c, "Topic.claims").update(examples=[3]))),
    Mutation("a schema has another name", lambda c: (
        c["components"]["schemas"].update(Tag=c["components"]["schemas"]["Topic"]),
        field(c, "TopicPage.items").update(items={"$ref": "#/components/schemas/Tag"}))),
    Mutation("a schema is written where it is used",
             lambda c: field(c, "TopicPage.items").update(items=dict(schema(c, "Topic")))),
    Mutation("an extension is new", lambda c: schema(c, "Topic").update({"x-order": 1})),
)  # fmt: skip
