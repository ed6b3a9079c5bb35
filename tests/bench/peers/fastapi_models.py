"""What the typed FastAPI peer answers, as Pydantic models."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

Status = Literal["unverified", "verified", "verified_with_caveats", "disputed", "unsupported", "refuted"]


class Quantity(BaseModel):
    """A number as it was stated."""

    value: str | None
    comparator: Literal["eq", "gt", "gte", "lt", "lte", "approx", "between"]
    lower: str | None
    upper: str | None
    unit: str


class Period(BaseModel):
    """What a number describes."""

    start: str | None
    end: str | None


class Verification(BaseModel):
    """What was found."""

    status: Status
    rationale: str
    caveats: list[str]
    decided_on: str | None
    decided_by: str | None


class Source(BaseModel):
    """A document that is cited."""

    id: str
    title: str
    publisher: str
    url: str
    archive_url: str | None
    published_on: str | None
    retrieved_on: str | None
    kind: str
    stance: Literal["supports", "contradicts", "context"]
    quote: str | None
    locator: str | None
    read_as: str


class Relation(BaseModel):
    """Another claim."""

    type: str
    claim: str


class Change(BaseModel):
    """What made the version."""

    kind: str
    severity: Literal["major", "minor", "typo"]
    note: str | None
    by: str


class Claim(BaseModel):
    """A version of a claim."""

    id: str
    version: int
    position: int
    recorded_at: datetime
    statement: str
    quantity: Quantity
    measure: str
    geography: str
    scope: str | None
    period: Period
    stated_on: str | None
    attributed_to: str
    topics: list[str]
    lifecycle: Literal["published", "retracted"]
    currency: Literal["current", "superseded", "historical"]
    verification: Verification
    sources: list[Source]
    relations: list[Relation]
    change: Change
    digest: str


class Page(BaseModel):
    """A page of claims."""

    items: list[Claim]
    count: int
