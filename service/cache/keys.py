"""What cached answers are called. A key carries everything its answer depends on.

That begins with which log it is: databases that share a Redis, one restored beside the other, do not share answers.
An answer as of a position never changes, so its key ends in that position. The answer for "now" is kept under one key
with the point it was read at, and counts only as long as that is the newest.
"""

import hashlib

from service.release import VERSION

_RELEASE = f"citable:{VERSION}"


def answer_key(log: str, path: str, what: str, position: int | None) -> str:
    """The key of a log's answer to `what` (parameters, in one canonical form) at `path`, as of a position or now."""
    name = hashlib.blake2s(what.encode(), digest_size=16).hexdigest() if what else "-"
    return f"{_RELEASE}:{log}:{path}:{name}:{'now' if position is None else position}"
