"""What an operator asks a process."""

from enum import StrEnum

from schemas.fields import Answer


class Life(StrEnum):
    """Whether the process answers. New values may be added."""

    ALIVE = "alive"


class ReadyStatus(StrEnum):
    """Whether to send the process requests. New values may be added; read an unknown one as `unready`."""

    READY = "ready"
    UNREADY = "unready"
    LEAVING = "leaving"
    """It ends in a moment: whoever it serves is to go to another."""


class ServerStatus(StrEnum):
    """How a server that the process needs is. New values may be added."""

    UP = "up"
    DOWN = "down"
    UNMIGRATED = "unmigrated"
    """It answers, and `citable migrate` has not brought it up to this release."""


class Liveness(Answer, frozen=True, kw_only=True):
    """The process answers. `release` is the version it runs."""

    status: Life
    release: str
    """The release it runs: `0.3.0`."""


class Readiness(Answer, frozen=True, kw_only=True):
    """Whether the process should be sent requests: `ready`, `unready` or `leaving`. Redis is only reported."""

    status: ReadyStatus
    postgres: ServerStatus
    redis: ServerStatus
