"""Who asks: from where, with which key, and whether they have asked too often."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.keys import KeyInForce
from schemas.failures import Unauthenticated
from schemas.keys import Role
from service.cache.limits import Spent
from service.runtime import Runtime
from service.web.auth import key_of, require_key, require_role
from service.web.limits import WINDOW, Fields, Policy, fields_of, network_of, reads_of, refusal, writes_of


@dataclass
class Asker:
    """The sender of a request. `fields` is what its answer will say besides, whatever it is."""

    runtime: Runtime
    headers: Mapping[str, str]
    address: str
    fields: Fields
    noted: dict[str, Any]
    """What is known of the request for whoever watches it: the id of its `key`."""
    has_paid: bool = False

    async def writer(self, role: Role) -> KeyInForce:
        """The key of someone who may do what a role may, with one request taken from their share of writes.

        Raises Unauthenticated or Forbidden; RateLimited when there was nothing left. Who fails to say who they are
        pays for it with a read.
        """
        try:
            async with self.runtime.identifying.one_more():
                key = require_key(await self._key(), role)
        except Unauthenticated:
            await self._spend(reads_of(self.runtime.settings, None), network_of(self.address))
            raise
        policy = writes_of(self.runtime.settings)
        spent = await self._spend(policy, key.id)
        if spent is not None:
            self.fields.extend(fields_of(policy, spent))
        require_role(key, role)
        return key

    async def reader(self) -> None:
        """Takes one request from the share of the sender of a read that costs work. RateLimited if none was left.

        Once, however often it is called: whatever first costs something calls it. A key that is not in force is no
        key: what is public is the same for all, from every cache on the way.
        """
        if self.has_paid:
            return
        self.has_paid = True
        try:
            key = await self._key()
        except Unauthenticated:
            key = None
        await self._spend(reads_of(self.runtime.settings, key), key.id if key else network_of(self.address))

    async def _key(self) -> KeyInForce | None:
        key = await key_of(self.runtime, self.headers)
        if key is not None:
            self.noted["key"] = key.id
        return key

    async def _spend(self, policy: Policy, who: str) -> Spent | None:
        spent = await self.runtime.limits.spend(policy.name, who, policy.quota, WINDOW)
        if spent is not None and not spent.allowed:
            self.fields.extend(fields_of(policy, spent))
            raise refusal(policy, spent)
        return spent
