"""The APIs someone would write well with FastAPI and asyncpg: tables made for its questions, documents kept as JSON.

No ORM, one statement a request with only the filters asked for, prepared once by asyncpg, a pool of ten as ours has,
entity tags and 304. It keeps nothing in memory; that is what a cache is for. Written in two ways: `typed`, as FastAPI
is meant to be used, with Pydantic models of what it answers; and as fast as can be, stored bytes passed through.
"""

import hashlib
import sys
from collections.abc import Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
import orjson
import uvicorn
from fastapi import FastAPI, Header, HTTPException, Query, Request, Response

from tests.bench.peers.fastapi_models import Claim, Page
from tests.bench.peers.fastapi_tables import ITEM, PAST, SEARCHED, filtered

Tag = Annotated[str | None, Header(alias="if-none-match")]
Limit = Annotated[int, Query(ge=1, le=100)]
FRESH = "public, max-age=30"


def build_app(database_url: str, *, typed: bool) -> FastAPI:
    """The application on its own database, written in one of the two ways."""

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        async with asyncpg.create_pool(database_url, min_size=10, max_size=10) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.get("/claims/{id}", response_model=Claim if typed else None)
    async def claim(request: Request, response: Response, id: str, known: Tag = None) -> Any:
        """The newest version of a claim; its body stays in the database when the asker has it."""
        row = await request.app.state.pool.fetchrow(ITEM, id, known)
        if row is None:
            raise HTTPException(404)
        headers = {"etag": row["etag"], "cache-control": FRESH}
        if row["body"] is None:
            return Response(status_code=304, headers=headers)
        if typed:
            response.headers.update(headers)
            return Claim.model_validate_json(row["body"])
        return Response(row["body"], media_type="application/json", headers=headers)

    @app.get("/claims", response_model=Page if typed else None)
    async def claims(
        request: Request,
        topic: str | None = None,
        measure: str | None = None,
        status: str | None = None,
        q: str | None = None,
        as_of: int | None = None,
        limit: Limit = 20,
        known: Tag = None,
    ) -> Any:
        """A page: the newest claims that match the filters, the best matches of words, or the newest of the past."""
        if as_of is not None:
            rows = await request.app.state.pool.fetch(PAST, as_of, limit)
        elif q is not None:
            rows = await request.app.state.pool.fetch(SEARCHED, q, limit)
        else:
            wanted = {"topic": topic, "measure": measure, "status": status}
            statement, values = filtered(wanted)
            rows = await request.app.state.pool.fetch(statement, *values, limit)
        if typed:
            return Page(items=[Claim.model_validate_json(row["body"]) for row in rows], count=len(rows))
        return paged(rows, known)

    return app


def paged(rows: Sequence[asyncpg.Record], known: str | None) -> Response:
    """A page of bodies, put together as bytes, or 304."""
    body = b'{"items":[' + b",".join([row["body"] for row in rows]) + b'],"count":' + orjson.dumps(len(rows)) + b"}"
    headers = {"etag": f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()}"', "cache-control": FRESH}
    if known == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def main(port: str, database_url: str, way: str) -> None:
    """Serves it as production would: one process, uvloop, httptools, no access log."""
    app = build_app(database_url, typed=way == "typed")
    uvicorn.run(
        app, host="127.0.0.1", port=int(port), loop="uvloop", http="httptools", access_log=False, log_level="warning"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
