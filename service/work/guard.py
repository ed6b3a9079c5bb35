"""Where messages may be sent: only to addresses of the public internet, and to those that were looked at.

A URL and what its host resolves to come from strangers, and we stand inside a network that trusts us. So a URL is read
once, strictly; its host is looked up once; every address of the answer must be allowed; and the connection is made to
one of those addresses themselves (`service/work/sending.py`), so that no second look-up can say something else.
"""

import asyncio
import re
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import idna

RESOLVED_WITHIN = 3.0
"""Seconds a name may take to resolve."""
LONGEST_URL = 2000
"""Characters."""

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, as text, for a port. OSError if it has none."""

_PUBLIC_6 = IPv6Network("2000::/3")
"""All that is public today (IANA's global unicast space): what lies outside is closed, whatever it may mean one day."""

_CLOSED_4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a carrier's customers; a cloud's metadata, too
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's metadata, at an address like any other
        "169.254.0.0/16",  # link-local, and metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols; a cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
]
_CLOSED_6 = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols: Teredo, which holds an IPv4 address, is 2001::/32
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which holds an IPv4 address
        "3fff::/20",  # documentation
    )
]

_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))

_WRITTEN = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[^\s\[\]/?#@:\\%]{1,255})"
    r"(:(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(/[A-Za-z0-9._~!$&'()*+,;=:@/%-]*)?(\?[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)?)",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?!.*\.\.)[a-z0-9_]([a-z0-9._-]{0,252}[a-z0-9])?\.?", re.IGNORECASE)


class Refused(Exception):
    """Nothing may be sent there. `sentence` says why, for whoever wrote the URL."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Target:
    """A URL taken apart, once: everybody who needs a part of it takes it from here."""

    is_tls: bool
    host: str
    """As it is looked up, and as a certificate must name it: ASCII; an IPv6 address without brackets."""
    port: int
    path: str
    """Path and query, as they go over the wire."""

    @property
    def authority(self) -> str:
        """What the field `Host` says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


def target_of(url: str, *, loopback: bool = False) -> Target:
    """What a URL asks for. Refused if it is not one that messages are sent to, whatever its host resolves to.

    `http` is for `loopback` in development alone.
    """
    if len(url) > LONGEST_URL:
        raise Refused(f"The URL is longer than {LONGEST_URL} characters.")
    if "@" in re.split(r"[/?#\\]", url.partition("://")[2])[0]:
        raise Refused("The URL holds a user name or a password: the signature says who sends.")
    if "#" in url:
        raise Refused("The URL has a fragment, which is never sent: leave it out.")
    found = _WRITTEN.fullmatch(url)
    if found is None:
        raise Refused("The URL is not one messages are sent to: write https://host/path, as RFC 3986 spells it.")
    is_tls = found["scheme"].lower() == "https"
    if not is_tls and not loopback:
        raise Refused("The URL must begin with https://.")
    port = int(found["port"] or (443 if is_tls else 80))
    if not 1 <= port <= 65535:
        raise Refused(f"There is no port {port}.")
    path = found["target"]
    return Target(is_tls, _host(found["host"]), port, path if path.startswith("/") else f"/{path}")


def _host(written: str) -> str:
    """A host as it is looked up. Refused if it is no name and no address."""
    if written.startswith("["):
        try:
            return str(IPv6Address(written[1:-1]))
        except ValueError:
            raise Refused(f"{written} is no IPv6 address.") from None
    host = written
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, std3_rules=True).decode()
        except idna.IDNAError:
            raise Refused("What the URL names is no host (IDNA 2008).") from None
    if not _NAME.fullmatch(host):
        raise Refused("What the URL names is no host.")
    return host.lower().removesuffix(".")


def why_closed(address: Address, *, loopback: bool = False) -> str | None:
    """Why nothing is sent to an address, as the end of a sentence; None if it is open.

    An IPv6 address that holds an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo) is closed, whichever it holds:
    who can be reached by IPv4 has an address of that kind.
    """
    if loopback and is_loopback(address):
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return "belongs to one network interface"
        is_open = address in _PUBLIC_6 and not any(address in network for network in _CLOSED_6)
    else:
        is_open = not any(address in network for network in _CLOSED_4)
    if not is_open or not address.is_global or address.is_multicast:
        return "does not belong to the public internet"
    return "belongs to this machine" if is_own(address) else None


def is_loopback(address: Address) -> bool:
    """Whether an address is this machine's loopback, and is written as itself."""
    return any(address in network for network in _LOOPBACK)


def is_own(address: Address) -> bool:
    """Whether an address is one of this machine's: no firewall stands between us and what listens there.

    A machine speaks with itself from the address it speaks to. Nothing is sent to find out.
    """
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.connect((str(address), 9))
            return ip_address(trial.getsockname()[0].partition("%")[0]) == address
    except OSError:
        return False


async def addresses_of(target: Target, resolve: Resolve, *, loopback: bool = False) -> list[Address]:
    """Where a target is, by one look-up. Refused unless every address of the answer is open.

    OSError if the name does not resolve, TimeoutError if not in time.
    """
    async with asyncio.timeout(RESOLVED_WITHIN):
        answer = await resolve(target.host, target.port)
    found: list[Address] = []
    for text in answer:
        address = ip_address(text)
        why = why_closed(address, loopback=loopback)
        if why is None and not target.is_tls and not is_loopback(address):
            why = "is not this machine's loopback, so the URL must begin with https://"
        if why is not None:  # which address it is may be a secret of the network we stand in
            raise Refused(f"The host {target.host} is at an address that {why}.")
        found.append(address)
    if not found:
        raise OSError("it has no address")
    return list(dict.fromkeys(found))


async def check_url(url: str, *, loopback: bool, resolve: Resolve | None = None) -> str | None:
    """None if messages may be sent to a URL, as it resolves now; else a sentence that says why not."""
    try:
        target = target_of(url, loopback=loopback)
        try:
            await addresses_of(target, resolve or look_up, loopback=loopback)
        except OSError as error:  # TimeoutError, too
            return unresolved(target.host, error)
    except Refused as refused:
        return refused.sentence
    return None


def unresolved(host: str, error: OSError) -> str:
    """The sentence for a host that cannot be looked up."""
    why = "it took too long" if isinstance(error, TimeoutError) else (error.strerror or str(error)).lower()
    return f"The host {host} cannot be looked up: {why}."


_MOST_LOOK_UPS = 128
_under_way = threading.BoundedSemaphore(_MOST_LOOK_UPS)


async def look_up(host: str, port: int) -> list[str]:
    """What this machine's resolver says, its files and all its spellings of numbers included.

    Each look-up has a thread of its own, which nobody waits for longer than they like: the pools that asyncio would
    use are a few threads, and a few names whose servers never answer would keep every other name waiting. A
    BlockingIOError says that too many are under way.
    """
    if not _under_way.acquire(blocking=False):
        raise BlockingIOError("too many names are being looked up")
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def tell(found: list[str] | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: list[str] | OSError
        try:
            # bytes: text would be encoded by older rules of IDNA once more
            found = [_text(at) for *_, at in socket.getaddrinfo(host.encode(), port, type=socket.SOCK_STREAM)]
        except OSError as error:
            found = error
        finally:
            _under_way.release()
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(tell, found)

    threading.Thread(target=ask, name=f"look-up of {host}", daemon=True).start()
    return await answer


def _text(at: tuple[object, ...]) -> str:
    """The address in one of `getaddrinfo`'s, with its interface if it has one."""
    scope = at[3] if len(at) == 4 else 0
    return f"{at[0]}%{scope}" if scope and "%" not in str(at[0]) else str(at[0])
