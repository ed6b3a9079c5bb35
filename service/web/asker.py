"""Who asks: from where, with which key, and whether they have asked too often."""

from collections.abc import Mapping
from dataclasses import dataclass

from db.keys import KeyInForce
from schemas.failures import Unauthenticated
from schemas.keys import Role
from service.cache.limits import Spent
from service.runtime import Runtime
from service.web.auth import key_of, require_key, require_role
from service.web.limits import WINDOW, Fields, Policy, fields_of, network_of, reads_of, refusal, writes_of


@dataclass(frozen=True)
class Asker:
    """The sender of a request. `fields` is what its answer will say besides, whatever it is."""

    runtime: Runtime
    headers: Mapping[str, str]
    address: str
    fields: Fields

    async def writer(self, role: Role) -> KeyInForce:
        """The key of someone who may do what a role may, with one request taken from their share of writes.

        Raises Unauthenticated or Forbidden; RateLimited when there was nothing left. Who fails to say who they are
        pays for it with a read.
        """
        try:
            key = require_key(await key_of(self.runtime, self.headers), role)
        except Unauthenticated:
            await self._spend(reads_of(self.runtime.settings, None), network_of(self.address))
            raise
        policy = writes_of(self.runtime.settings)
        spent = await self._spend(policy, key.id)
        if spent is not None:
            self.fields.extend(fields_of(policy, spent))
        require_role(key, role)
        return key

    async def reader(self) -> "Reader":
        """The sender of a read that costs work, with one request taken from their share. RateLimited if none was left.

        A key that is not in force is no key: what is public is the same for all, from every cache on the way.
        """
        try:
            key = await key_of(self.runtime, self.headers)
        except Unauthenticated:
            key = None
        reader = Reader(reads_of(self.runtime.settings, key), key.id if key else network_of(self.address))
        await self._spend(reader.policy, reader.who)
        return reader

    async def give_back(self, reader: "Reader") -> None:
        """Puts back what a read took."""
        counters = self.runtime.limits
        await counters.spend(reader.policy.name, reader.who, reader.policy.quota, WINDOW, -1)

    async def _spend(self, policy: Policy, who: str) -> Spent | None:
        spent = await self.runtime.limits.spend(policy.name, who, policy.quota, WINDOW)
        if spent is not None and not spent.allowed:
            self.fields.extend(fields_of(policy, spent))
            raise refusal(policy, spent)
        return spent


@dataclass(frozen=True)
class Reader:
    """Whose share a read is taken from."""

    policy: Policy
    who: str
