"""What an operator asks a process."""

from schemas.fields import Answer


class Liveness(Answer, frozen=True, kw_only=True):
    """The process answers. `release` is the version it runs."""

    status: str
    release: str


class Readiness(Answer, frozen=True, kw_only=True):
    """Whether the process should be sent requests: `ready` or `unready`. Redis is reported and not required.

    `postgres` is `up`, `down` or `unmigrated`; `redis` is `up` or `down`.
    """

    status: str
    postgres: str
    redis: str
