"""Every way a request can fail, as types. What each becomes over HTTP is one line in `service/web/problems.py`."""

from collections.abc import Sequence


class Failure(Exception):
    """A failure its caller should hear about, in a sentence made for them."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


# What was asked


class Fault:
    """One thing wrong with what was sent: where (a parameter, a header or a JSON Pointer into the body) and what."""

    __slots__ = ("detail", "parameter", "pointer")

    def __init__(self, detail: str, *, parameter: str | None = None, pointer: str | None = None) -> None:
        self.detail = detail
        self.parameter = parameter
        self.pointer = pointer


class InvalidRequest(Failure):
    """The request cannot be read as one of ours. `faults` says where."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.detail for fault in faults))
        self.faults = tuple(faults)


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


class NotAcceptable(Failure):
    """None of the media types we have is one the caller accepts."""


class PreconditionFailed(Failure):
    """The caller's `If-Match` names another version than the one there is."""


# What there is


class NotFound(Failure):
    """There is no such thing, or there was none at the position asked for."""


# What a writer may do


class VersionConflict(Failure):
    """Someone else's version came first."""


class RuleBroken(Failure):
    """A rule of the record forbids it. `rule` is the name of the database constraint that holds it."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(detail)
        self.rule = rule


class FileRefused(Failure):
    """A file to import or restore is not taken. `faults` name lines and fields; nothing of it was stored."""

    def __init__(self, detail: str, faults: Sequence[tuple[int, str, str]] = ()) -> None:
        super().__init__(detail)
        self.faults = tuple(faults)


class LogNotEmpty(Failure):
    """A restore needs an empty log."""


# What broke


class StoreUnavailable(Failure):
    """Postgres does not answer, or not in time. Trying again later is right."""


class StoreForbids(Failure):
    """The database role we connect as lacks a privilege: a mistake of the set-up, which no caller can mend."""


class CannotStart(Failure):
    """The program cannot start, for a reason its operator can mend."""
