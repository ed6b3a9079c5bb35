"""Who may ask how often: the limits there are, whose share a request is taken from, what its answer says. Pure."""

import math
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any, NamedTuple

import http_sf

from db.keys import KeyInForce
from schemas.failures import RateLimited
from service.cache.limits import Spent
from service.settings import Settings

WINDOW = 60
"""Seconds every limit is counted over."""

Fields = list[tuple[str, str]]


class Policy(NamedTuple):
    """A limit: its name, and how many requests a caller has in a window."""

    name: str
    quota: int


def reads_of(settings: Settings, key: KeyInForce | None) -> Policy:
    """The limit on reads that cost work, for the holder of a key or for anyone."""
    if key is None:
        return Policy("reads", settings.reads_per_minute)
    return Policy("key-reads", settings.key_reads_per_minute)


def writes_of(settings: Settings) -> Policy:
    """The limit on writes, for the holder of a key."""
    return Policy("writes", settings.writes_per_minute)


def refusal(policy: Policy, spent: Spent) -> RateLimited:
    """Why a request is not let through, and how long to wait."""
    wait = math.ceil(spent.wait)
    sentence = f"You have {policy.quota} of these requests in {WINDOW} seconds, and used them: wait {wait}."
    return RateLimited(sentence, policy.name, wait)


def fields_of(policy: Policy, spent: Spent) -> Fields:
    """What is left of a limit, as draft-ietf-httpapi-ratelimit-headers-11 writes it."""
    policies: Any = [(policy.name, {"q": policy.quota, "w": WINDOW})]
    left: Any = [(policy.name, {"r": spent.remaining, "t": math.ceil(spent.wait)})]
    return [("ratelimit-policy", http_sf.ser(policies)), ("ratelimit", http_sf.ser(left))]


@lru_cache(4096)
def network_of(address: str) -> str:
    """Whose share an address uses: an IPv4 address its own, an IPv6 address that of its /64, which one host has."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)
