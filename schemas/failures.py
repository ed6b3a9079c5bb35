"""Every way a request can fail, as types. What each becomes over HTTP is one line in `service/web/problems.py`."""

from collections.abc import Sequence

from schemas.claims import ClaimVersion

MOST_FAULTS = 100
_MOST_SAID = 3


class Failure(Exception):
    """A failure its caller should hear about, in a sentence made for them."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


# What was asked


class Fault:
    """One thing wrong with what was sent: where, and what.

    Where is a parameter or header, or a JSON Pointer (RFC 6901) into the body, or into its `line`. `rule` names the
    rule of the record it breaks, if it does.
    """

    __slots__ = ("detail", "line", "parameter", "pointer", "rule")

    def __init__(
        self,
        detail: str,
        *,
        parameter: str | None = None,
        pointer: str | None = None,
        line: int | None = None,
        rule: str | None = None,
    ) -> None:
        self.detail = detail
        self.parameter = parameter
        self.pointer = pointer
        self.line = line
        self.rule = rule


class Faulty(Failure):
    """A failure that says of each thing wrong where it is: of the first hundred, if there are more."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        more = [f"There are {len(faults)} faults in all."] if len(faults) > _MOST_SAID else []
        super().__init__(" ".join([*(fault.detail for fault in faults[:_MOST_SAID]), *more]))
        self.faults = tuple(faults[:MOST_FAULTS])


class InvalidRequest(Faulty):
    """The request cannot be read as one of ours."""


class UriTooLong(Failure):
    """The address is longer than any of ours can be."""


class HeadersTooLarge(Failure):
    """The request's header fields are larger than we read."""


class BodyTooLarge(Failure):
    """The body is larger than any of ours may be."""


class MethodNotAllowed(Failure):
    """The address exists and does not know this method. `allow` lists those it knows."""

    def __init__(self, detail: str, allow: Sequence[str]) -> None:
        super().__init__(detail)
        self.allow = tuple(allow)


class UnsupportedFormat(Failure):
    """A representation was asked for by name that oEmbed knows and we do not write (oEmbed 1.0, section 2.3.4)."""


class NotAcceptable(Failure):
    """None of the media types we have is one the caller accepts."""


class UnsupportedMediaType(Failure):
    """The body is of a media type, or in a coding, that is not read here. `accepted` is the type that is."""

    def __init__(self, detail: str, accepted: str) -> None:
        super().__init__(detail)
        self.accepted = accepted


class HeadTooSlow(Failure):
    """The first lines of a request take too long to arrive."""


class BodyTooSlow(Failure):
    """The body did not arrive in time."""


class PreconditionFailed(Failure):
    """The caller's `If-Match` names another representation than the one there is."""


class PreconditionRequired(Failure):
    """A change of something must say which version of it was read."""


class RateLimited(Failure):
    """The caller has asked for more than their share. `policy` is the name of the limit, `wait` in whole seconds."""

    def __init__(self, detail: str, policy: str, wait: int) -> None:
        super().__init__(detail)
        self.policy = policy
        self.wait = wait


# Who asked


class Unauthenticated(Failure):
    """It needs a key, and none was sent, or none that is in force."""

    def __init__(self, detail: str, *, sent: bool) -> None:
        super().__init__(detail)
        self.sent = sent


class Forbidden(Failure):
    """The key is not for this. `role` is the least that is."""

    def __init__(self, detail: str, role: str) -> None:
        super().__init__(detail)
        self.role = role


# What there is


class NotFound(Failure):
    """There is no such thing, or there was none at the position asked for."""


# What a writer may do


class VersionConflict(Failure):
    """Someone else's version came first: the log's own word for it, which no caller hears."""


class VersionMismatch(Failure):
    """The claim is not as the caller's conditions say. `current` is what there is instead."""

    def __init__(self, detail: str, current: ClaimVersion) -> None:
        super().__init__(detail)
        self.current = current


class AlreadyExists(Faulty):
    """There is one of that name."""


class Retracted(Failure):
    """The claim is retracted: it can only be read."""


class RuleBroken(Faulty):
    """A rule of the record forbids it. Each fault names its rule: the database constraint that holds it."""

    @property
    def rule(self) -> str:
        """The first rule that is broken."""
        return self.faults[0].rule or ""


class KeyReused(Failure):
    """The idempotency key was used for something else."""


class KeyInUse(Failure):
    """The request the idempotency key names is still under way."""


class FileRefused(Failure):
    """A file to import or restore is not taken. `faults` name lines and fields; nothing of it was stored."""

    def __init__(self, detail: str, faults: Sequence[tuple[int, str, str]] = ()) -> None:
        super().__init__(detail)
        self.faults = tuple(faults)


class LogNotEmpty(Failure):
    """A restore needs an empty log."""


class MirrorRefused(Failure):
    """This database cannot be, or no longer is, a copy of that log."""


class OriginUnavailable(Failure):
    """The Citable that is mirrored, or asked, does not answer. Trying again is right, after `wait` seconds if it said
    so."""

    def __init__(self, detail: str, wait: float = 0.0) -> None:
        super().__init__(detail)
        self.wait = wait


# What broke


class StoreUnavailable(Failure):
    """Postgres does not answer, or not in time. Trying again later is right.

    `reason` is what Postgres or the driver said: it may name hosts and roles, so it is for operators only.
    """

    def __init__(self, detail: str, reason: str = "") -> None:
        super().__init__(detail)
        self.reason = reason

    def __str__(self) -> str:
        """All of it, for the log."""
        return f"{self.detail} ({self.reason})" if self.reason else self.detail


class StoreFull(StoreUnavailable):
    """Postgres has no room left to write: what is there can be read. An operator must make room; nobody else can."""


class ReplicaBehind(Failure):
    """The replica has not heard of what must be read yet: the primary has."""


class ReplicaUnavailable(Failure):
    """The replica cannot be asked, or not of this log: the primary can."""


class ReplicaFailed(Failure):
    """The replica began to answer and failed, was told by its recovery to stop, or took too long: ask the primary."""


class Overloaded(Failure):
    """More is asked than there is room for. Trying again later is right."""


class StoreForbids(Failure):
    """The database role we connect as lacks a privilege: a mistake of the set-up, which no caller can mend."""


class CannotStart(Failure):
    """The program cannot start, for a reason its operator can mend."""
