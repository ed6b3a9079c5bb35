"""What an operation may answer: its own answers, and its failures, which all operations share by reference."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from schemas import failures
from schemas.claims import ClaimVersion
from schemas.failures import Failure
from schemas.requests import Nothing
from service.cache.asked import HEALTH
from service.contract.components import name_of, reference
from service.contract.examples import Examples
from service.contract.fields import sent
from service.contract.leads import links_of
from service.web.endpoints import Endpoint
from service.web.following import EVENT_STREAM
from service.web.headers import (
    CONTENT_LOCATION,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    LIMITS,
    LOCATION,
    OF_A_CLAIM_WRITTEN,
    OF_A_DOCUMENT,
    OF_A_READ,
    OF_A_REDIRECT,
    OF_ANY,
    REPLAYED,
    SENT_WITH,
    Header,
)
from service.web.problems import INTERNAL, PROBLEM_JSON, SHAPES, Shape

_EVERYWHERE = (
    failures.InvalidRequest,
    failures.NotAcceptable,
    failures.HeadTooSlow,
    failures.UriTooLong,
    failures.HeadersTooLarge,
)
_FROM_THE_STORE = (failures.RateLimited, failures.StoreUnavailable)
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_WITH_A_KEY = (failures.Unauthenticated, failures.Forbidden)
_WITH_A_BODY = (failures.BodyTooSlow, failures.BodyTooLarge, failures.UnsupportedMediaType)
_ONCE = (failures.KeyInUse, failures.KeyReused)


def failures_of(endpoint: Endpoint) -> list[type[Failure]]:
    """Every way an operation can fail, of which it knows."""
    return [
        *_EVERYWHERE,
        *(() if endpoint.path.encode() in HEALTH else (failures.Overloaded,)),
        *endpoint.failures,
        *(_FROM_THE_STORE if endpoint.is_of_the_log else ()),
        *((failures.StoreFull,) if endpoint.is_of_the_log and endpoint.method in _WRITING else ()),
        *(_WITH_A_KEY if endpoint.role else ()),
        *(_WITH_A_BODY if endpoint.body is not None else ()),
        *(_ONCE if IDEMPOTENCY_KEY in endpoint.reads else ()),
        *((failures.PreconditionRequired,) if IF_MATCH in endpoint.reads else ()),
        *((failures.PreconditionFailed,) if revalidates(endpoint) else ()),
    ]


def revalidates(endpoint: Endpoint) -> bool:
    """Whether an operation's answer has an entity tag that spares it being sent again."""
    return (
        endpoint.method == "GET"
        and not endpoint.role
        and EVENT_STREAM not in endpoint.answers
        and (endpoint.is_of_the_log or endpoint.operation == "get_contract")
    )


def sent_by(endpoint: Endpoint) -> tuple[Header, ...]:
    """The header fields of an operation's answer."""
    if endpoint.role:
        claim = OF_A_CLAIM_WRITTEN if ClaimVersion in endpoint.answers.values() else ()
        replayed = (REPLAYED,) if IDEMPOTENCY_KEY in endpoint.reads else ()
        return (*OF_ANY, *claim, *LIMITS, *replayed, *endpoint.sends)
    if not revalidates(endpoint):
        return (*OF_ANY, *endpoint.sends)
    return (*(OF_A_READ if endpoint.is_of_the_log else OF_A_DOCUMENT), *endpoint.sends)


def responses_of(endpoint: Endpoint, examples: Examples) -> dict[str, Any]:
    """Every answer of an operation, by status."""
    fields = sent_by(endpoint)
    contents = {media: {"schema": reference(name_of(kind))} for media, kind in endpoint.answers.items()}

    def answer(status: int, sentence: str, headers: Iterable[Header]) -> dict[str, Any]:
        (kind, *_) = endpoint.answers.values()
        links = links_of(kind, endpoint.operation, endpoint.query) if status < 300 else {}
        said = {
            media: {**content, **examples.of(endpoint.operation, status, media)} for media, content in contents.items()
        }
        response = {"description": sentence, "headers": sent(headers), "content": said}
        return {**response, "links": links} if links else response

    responses = {str(endpoint.status): answer(endpoint.status, _made(endpoint), fields)}
    if endpoint.repeats:
        without = [header for header in fields if header is not LOCATION]
        responses["200"] = answer(200, "It says so already: nothing was added.", without)
    if revalidates(endpoint):
        responses["304"] = {"description": "What `If-None-Match` names is still the answer.", "headers": sent(fields)}
    if endpoint.redirects:
        responses["302"] = {
            "description": "The version in force at `Accept-Datetime` is at `Location`.",
            "headers": sent(OF_A_REDIRECT),
        }
    if endpoint.operation == "check_readiness":
        responses["503"] = answer(503, "Not ready; the body says why.", fields)
    for status, shapes in _by_status(failures_of(endpoint)).items():
        responses[status] = {"$ref": f"#/components/responses/{_joined(shapes)}"}
    responses["500"] = {"$ref": f"#/components/responses/{_camel(INTERNAL.slug)}"}
    return dict(sorted(responses.items()))


def problems_of(endpoints: Iterable[Endpoint], examples: Examples) -> dict[str, Any]:
    """The responses that operations share: a problem each, or those that have a status in common."""
    found = {_camel(INTERNAL.slug): _problem([(INTERNAL, ())], examples)}
    for endpoint in endpoints:
        failing = failures_of(endpoint)
        for shapes in _by_status(failing).values():
            sending = [
                (SHAPES[failure], SENT_WITH.get(failure, ())) for failure in failing if SHAPES[failure] in shapes
            ]
            found[_joined(shapes)] = _problem(sending, examples)
    return dict(sorted(found.items()))


def _made(endpoint: Endpoint) -> str:
    if endpoint.status == 201:
        return "It is done, and this is what was made."
    if CONTENT_LOCATION in sent_by(endpoint):
        return "The claim, as the version that `Content-Location` names."
    return "The answer."


def _by_status(failing: Iterable[type[Failure]]) -> Mapping[str, list[Shape]]:
    found: dict[str, list[Shape]] = {}
    for failure in failing:
        found.setdefault(str(SHAPES[failure].status), []).append(SHAPES[failure])
    return found


def _problem(sending: Sequence[tuple[Shape, Sequence[Header]]], examples: Examples) -> dict[str, Any]:
    """A response that is one of these problems. ValueError if their bodies differ: that union has no name yet."""
    (body,) = {shape.body for shape, _ in sending}
    named = [header for _, headers in sending for header in headers]
    always = [header for header in named if all(header in headers for _, headers in sending)]
    sometimes = [header for header in named if header not in always]
    links = links_of(body, "", Nothing)
    return {
        "description": " · ".join(f"{shape.title}. {shape.meaning}" for shape, _ in sending),
        "headers": sent((*OF_ANY, *always), (*sometimes, *LIMITS)),
        "content": {
            PROBLEM_JSON: {
                "schema": reference(body.__name__), **examples.of_problems([shape.slug for shape, _ in sending]),
            }
        },
        **({"links": links} if links else {}),
    }  # fmt: skip


def _joined(shapes: Iterable[Shape]) -> str:
    return "Or".join(_camel(shape.slug) for shape in shapes)


def _camel(slug: str) -> str:
    return "".join(word.capitalize() for word in slug.split("-"))
