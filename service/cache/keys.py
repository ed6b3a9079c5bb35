"""What cached answers are called in Redis. A key carries everything its answer depends on, but the state of the log.

That begins with which log it is: databases that share a Redis, one restored beside the other, do not share answers.
"""

import hashlib

from service.cache.memory import Request
from service.release import VERSION

_RELEASE = f"citable:{VERSION}"


def answer_key(log: str, origin: str, request: Request) -> str:
    """The key of a log's answer to a request, by a service that is reached at an origin."""
    named = hashlib.blake2s(b"\0".join((origin.encode(), *request)), digest_size=20).hexdigest()
    return f"{_RELEASE}:{log}:{named}"
