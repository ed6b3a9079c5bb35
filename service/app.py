"""The application: every route and every behaviour they share, in order."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from schemas import failures
from service.cache.edge import Edge
from service.rendering.problem_page import problem_page
from service.routes import (
    about,
    acknowledgements,
    assets,
    cards,
    changes,
    charts,
    check_page,
    citations,
    claim_pages,
    claim_reviews,
    claims,
    correction_pages,
    corrections,
    deliveries,
    documents,
    editing,
    feeds,
    front_page,
    health,
    keys,
    matching,
    measure_pages,
    measures,
    oembed,
    sources,
    topics,
    versions,
    webhooks,
)
from service.runtime import Runtime
from service.telemetry import log
from service.web.endpoints import Endpoint
from service.web.envelope import ALWAYS, Envelope
from service.web.problems import answer_for, is_internal
from service.web.refusing import Refusals

ENDPOINTS: tuple[Endpoint, ...] = (
    *claims.endpoints,  # /v1/claims  /v1/claims/{id}
    *editing.endpoints,  # /v1/claims  …/bulk  …/{id}  …/{id}/verification  …/{id}/retraction
    *versions.endpoints,  # /v1/claims/{id}/versions  …/versions/{version}  …/diff  …/timemap
    *citations.endpoints,  # /v1/claims/{id}/citation
    *claim_reviews.endpoints,  # /v1/claims/{id}/claim-review
    *measures.endpoints,  # /v1/measures  /v1/measures/{id}
    *charts.endpoints,  # /v1/measures/{id}/chart.svg
    *matching.endpoints,  # /v1/matches
    *sources.endpoints,  # /v1/sources  /v1/sources/{id}
    *topics.endpoints,  # /v1/topics
    *changes.endpoints,  # /v1/changes  /v1/changes/stream
    *corrections.endpoints,  # /v1/corrections
    *feeds.endpoints,  # /feeds/claims.atom  …/claims.json  …/corrections.atom  …/corrections.json
    *cards.endpoints,  # /embed/claims/{name}  /embed.js
    *oembed.endpoints,  # /oembed
    *webhooks.endpoints,  # /v1/webhooks  /v1/webhooks/{id}  …/secret
    *deliveries.endpoints,  # /v1/webhooks/{id}/deliveries  …/{delivery}/redelivery  …/test
    *acknowledgements.endpoints,  # /v1/webhooks/{id}/acknowledgements/…  /v1/changes/{position}/acknowledgements
    *keys.endpoints,  # /v1/keys  /v1/keys/{id}
    *front_page.endpoints,  # /
    *correction_pages.endpoints,  # /corrections
    *check_page.endpoints,  # /check
    *about.endpoints,  # /about/verification
    *claim_pages.endpoints,  # /claims/{id}  /claims/{id}@{version}
    *measure_pages.endpoints,  # /measures/{id}
    *assets.endpoints,  # /assets/{name}
    *health.endpoints,  # /livez  /readyz
    *documents.endpoints,  # /openapi.json  /docs  /problems/{slug}
)


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def methods_of(path: str) -> Sequence[str]:
    """The methods an address knows; none if there is no such address."""
    found = [endpoint for endpoint in ENDPOINTS if endpoint.matches(path)]
    found = [endpoint for endpoint in found if endpoint.path == path] or found  # as the router does: letter by letter
    known = {endpoint.method for endpoint in found}
    known |= ({"HEAD"} if "GET" in known else set()) | ({"OPTIONS"} if known else set())
    return [method for method in METHODS if method in known]


def build_app(runtime: Runtime) -> ASGIApp:
    """The ASGI application on an open runtime."""
    app = Litestar(
        route_handlers=[endpoint.mounted() for endpoint in ENDPOINTS],
        exception_handlers={Exception: _answer_failure, HTTPException: _answer_failure},
        openapi_config=None,
        logging_config=None,
        lifespan=[lambda _: runtime.coherence.following()],
    )
    app.state.runtime = runtime
    runtime.watch.know([endpoint.path for endpoint in ENDPOINTS])

    enveloped = Envelope(app, methods_of, problem_page)
    return Edge(
        enveloped,
        runtime.fills,
        runtime.coherence,
        runtime.watch,
        newest=runtime.newest,
        monotonic=runtime.monotonic,
        admission=runtime.readers,
        refuse=Refusals(problem_page).answer,
        always=ALWAYS,
    )


def _answer_failure(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A failure as its problem document; what only Litestar knows of is named first."""
    request_id: str = request.scope["state"]["request_id"]
    failure: Exception = error
    if isinstance(error, HTTPException) and error.status_code < 500:
        failure = _named(request, error)
    elif is_internal(error):
        log.error("a request failed", extra={"request_id": request_id}, exc_info=error)
    if isinstance(failure, failures.RateLimited):
        runtime: Runtime = request.app.state.runtime
        runtime.watch.metrics.refusals.labels(failure.policy).inc()
    page = request.scope["state"].get("page", problem_page)
    status, headers, body = answer_for(request.scope, failure, request_id, page)
    fields = dict(headers)
    return Response(body, status_code=status, headers=fields, media_type=fields["content-type"])


def _named(request: Request[Any, Any, Any], error: HTTPException) -> failures.Failure:
    path = request.scope["path"]
    if error.status_code == 405 and (allow := methods_of(path)):
        return failures.MethodNotAllowed(f"Here are {', '.join(allow)}.", allow)
    if error.status_code in (404, 405):
        return failures.NotFound("There is nothing at this address. /docs lists every one there is.")
    return failures.InvalidRequest([failures.Fault(error.detail)])
