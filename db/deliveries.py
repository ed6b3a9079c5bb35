"""What Postgres knows about deliveries: which webhook is due, which worker has it, what is held, what was attempted."""

from collections.abc import Sequence
from datetime import datetime
from types import NoneType
from uuid import UUID

import msgspec

from db.changes import changes_between
from db.pool import Reading, Writing
from db.questions import Questions
from schemas.changes import ChangeFilter, LoggedChange
from schemas.claims import ChangeKind, Severity
from schemas.deliveries import Delivery, DeliveryKind, DeliveryOutcome
from schemas.webhooks import DisabledReason

_MOST_FORGOTTEN = 1000


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook that is leased to a worker, its secrets that are valid now, and the head of the log then."""

    id: str
    owner: str
    url: str
    kinds: list[ChangeKind] | None
    severities: list[Severity] | None
    topics: list[str] | None
    claims: list[str] | None
    position: int
    failures: int
    last_success_at: datetime | None
    secrets: list[str]
    head: int

    @property
    def wanted(self) -> ChangeFilter:
        """Which changes it is told of."""
        return ChangeFilter(claim=self.claims, topic=self.topics, kind=self.kinds, severity=self.severities)


class _LastFailure(msgspec.Struct, frozen=True):
    webhook: str
    error: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A claim whose change at a position could not be delivered yet, and when it is tried next."""

    claim: str
    position: int
    attempts: int
    first_attempt_at: datetime
    next_attempt_at: datetime


class Attempted(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt to send a change, or a test if that is None, and what came of it.

    `attempt` counts from 1; None counts on from those that are kept. `latency_ms` is in milliseconds, `error` one line
    of at most 500 characters, and None only for what was delivered.
    """

    change: LoggedChange | None
    kind: DeliveryKind
    attempt: int | None
    attempted_at: datetime
    outcome: DeliveryOutcome
    status: int | None
    error: str | None
    latency_ms: int


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the work on a webhook that was leased.

    `hold` puts claims on hold or moves those that are, `release` lets them go. `last_success_at` is None if there was
    no success, `disabled` why the webhook is to be told nothing more. What else is held is due at `wakes_at`, if it is
    later. If it `keeps` the lease, the work goes on.
    """

    position: int
    failures: int
    paused_until: datetime | None = None
    last_success_at: datetime | None = None
    disabled: DisabledReason | None = None
    hold: Sequence[Held] = ()
    release: Sequence[str] = ()
    wakes_at: datetime | None = None
    attempts: Sequence[Attempted] = ()
    keeps: bool = False


class _Due(msgspec.Struct, frozen=True):
    at: datetime | None


_ask = Questions("deliveries.sql")
_take = _ask("take_webhook", Taken)
_renew = _ask("renew_leases", str)
_return = _ask("return_webhook", NoneType)
_held_due = _ask("held_due", Held)
_held_claims = _ask("held_claims", str)
_hold_lease = _ask("hold_lease", str)
_record_progress = _ask("record_progress", NoneType)
_hold_claims = _ask("hold_claims", NoneType)
_wake_held = _ask("wake_held", NoneType)
_release_claims = _ask("release_claims", NoneType)
_keep_attempt = _ask("keep_attempt", Delivery)
_page = _ask("deliveries_page", Delivery)
_delivery = _ask("delivery", Delivery)
_last_failures = _ask("last_failures", _LastFailure)
_next_due = _ask("next_due", _Due)
_delete_old = _ask("delete_old_deliveries", int)


async def take_webhook(connection: Writing, worker: UUID, seconds: int, *, now: datetime | None = None) -> Taken | None:
    """Leases the due webhook that was not looked at for longest to a worker, for some seconds; None if none is due.

    What is paused or held is due as of `now`, by Postgres's clock without it; leases go by Postgres's clock always.
    """
    return await _take.one(connection, worker, seconds, now)


async def renew_leases(connection: Reading, worker: UUID, seconds: int) -> list[str]:
    """Renews every lease a worker has, for some seconds from now; the ids of the webhooks it still has.

    One whose owner has no key in force any more is not renewed.
    """
    return await _renew.values(connection, worker, seconds)


async def return_webhook(connection: Writing, worker: UUID, webhook: str) -> None:
    """Gives a webhook back as it was taken, if the worker still has it."""
    await _return.run(connection, worker, webhook)


async def held_due(connection: Reading, webhook: str, limit: int, *, now: datetime | None = None) -> list[Held]:
    """What is held of a webhook and due, what waits longest first."""
    return await _held_due.many(connection, webhook, limit, now)


async def held_claims(connection: Reading, webhook: str) -> set[str]:
    """Every claim that is held of a webhook, due or not: no later change of theirs may be sent."""
    return set(await _held_claims.values(connection, webhook))


async def change_at(connection: Reading, position: int) -> LoggedChange | None:
    """The change at a position; None if there is none."""
    found = (await changes_between(connection, ChangeFilter(), position - 1, position, 1)).items
    return found[0] if found else None


async def next_change_of(
    connection: Reading, wanted: ChangeFilter, claim: str, after: int, until: int
) -> LoggedChange | None:
    """The first change of a claim that is wanted, after a position and up to another; None if there is none."""
    if wanted.claim is not None and claim not in wanted.claim:
        return None
    of_claim = msgspec.structs.replace(wanted, claim=[claim])
    found = (await changes_between(connection, of_claim, after, until, 1)).items
    return found[0] if found else None


async def record_results(connection: Writing, worker: UUID, webhook: str, results: Results) -> bool:
    """Keeps what came of the work on a webhook, and gives its lease back unless the results keep it.

    False if the lease is no longer the worker's, since it ran out and another took it, or the webhook was changed or
    deleted: then only the attempts are kept, of a webhook that is there.
    """
    is_ours = bool(await _hold_lease.values(connection, webhook, worker))
    for attempted in results.attempts:
        await keep_attempt(connection, webhook, attempted)
    if not is_ours:
        return False
    if results.wakes_at:
        await _wake_held.run(connection, webhook, results.wakes_at)
    if results.release:
        await _release_claims.run(connection, webhook, list(results.release))
    if results.hold:
        columns = [[getattr(held, field) for held in results.hold] for field in Held.__struct_fields__]
        await _hold_claims.run(connection, webhook, *columns)
    when = (results.paused_until, results.last_success_at)
    await _record_progress.run(
        connection, webhook, results.position, results.failures, *when, results.disabled, results.keeps
    )
    return True


async def keep_attempt(connection: Writing, webhook: str, attempted: Attempted) -> Delivery | None:
    """Keeps an attempt to send a webhook something; None if the webhook is deleted."""
    change = attempted.change
    which = (change.position, change.claim, change.version) if change else (None, None, None)
    how = (attempted.kind, attempted.attempt, attempted.attempted_at, attempted.outcome)
    what = (attempted.status, attempted.error, attempted.latency_ms)
    return await _keep_attempt.one(connection, webhook, *which, *how, *what)


async def deliveries_page(connection: Reading, webhook: str, before: int | None, limit: int) -> list[Delivery]:
    """The attempts to send a webhook something, those before one if that is not None, newest first."""
    return await _page.many(connection, webhook, before, limit)


async def delivery_by_id(connection: Reading, webhook: str, id: int) -> Delivery | None:
    """One attempt to send a webhook something; None if there is none."""
    return await _delivery.one(connection, webhook, id)


async def last_failures(connection: Reading) -> dict[str, str]:
    """Why the last attempt that failed did so, by the ids of the webhooks at which something fails."""
    return {failure.webhook: failure.error for failure in await _last_failures.many(connection)}


async def next_due(connection: Reading) -> datetime | None:
    """When the next webhook is due that is paused, or of which something is held; None if there is none."""
    return (await _next_due.only(connection)).at


async def delete_old_deliveries(connection: Writing, before: datetime) -> int:
    """Forgets attempts before an instant, a thousand at most; how many they were."""
    return len(await _delete_old.values(connection, before, _MOST_FORGOTTEN))
