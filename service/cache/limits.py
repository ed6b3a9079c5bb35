"""How much each caller has used of a limit, counted in Redis: the generic cell rate algorithm, in one script.

A limit of q requests in w seconds lets one through every w/q seconds, and up to q at once after a quiet window. All
that is kept is one instant a caller: when their past requests will have been paid off (the "theoretical arrival time"
of ITU-T I.371). The clock is Redis's own, so that processes agree.
"""

from typing import NamedTuple

from service.cache.connection import SharedConnection

_SPEND = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = ARGV[2] * 1000000
local interval = window / ARGV[1]
local paid = math.max(tonumber(redis.call('GET', KEYS[1])) or now, now)
local then_paid = paid + interval
if then_paid - now > window then
  return {0, math.floor((window - (paid - now)) / interval), then_paid - now - window}
end
redis.call('SET', KEYS[1], string.format('%.3f', then_paid), 'PX', math.ceil((then_paid - now) / 1000) + 1)
return {1, math.floor((window - (then_paid - now)) / interval), then_paid - now}
"""


class Spent(NamedTuple):
    """Whether there was enough left; how many requests still are; and the seconds to wait.

    That is for the next request when there was not enough, and else until all of the limit is there again.
    """

    allowed: bool
    remaining: int
    wait: float


class Counters:
    """What each caller has used of each limit."""

    def __init__(self, connection: SharedConnection) -> None:
        self._connection = connection
        self._script = connection.redis.register_script(_SPEND)

    async def spend(self, limit: str, caller: str, quota: int, window: int) -> Spent | None:
        """Takes one request of `quota` in `window` seconds, if one is left.

        None when Redis does not answer: then nothing is counted, and nobody is stopped.
        """
        key = f"citable:limit:{limit}:{caller}"
        answer = await self._connection.asked(
            "a count of a rate limit", lambda: self._script(keys=[key], args=[quota, window])
        )
        if answer is None:
            return None
        allowed, remaining, wait = answer
        return Spent(bool(allowed), remaining, wait / 1_000_000)
