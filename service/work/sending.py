"""Sending one message: one POST, to an address that was looked at, and what came of it."""

import asyncio
import os
import ssl
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Protocol

import httpcore
import msgspec

from service.release import VERSION
from service.work.guard import Address, Refused, Resolve, Target, addresses_of, look_up, target_of, unresolved

SENT_WITHIN = 15.0
"""Seconds an endpoint has, from the look-up of its name to the end of its answer."""
CONNECTED_WITHIN = 5.0
"""Seconds one of its addresses has to be connected to."""
MOST_READ = 64 * 1024
"""Bytes of an answer that are read; what comes after them is left."""
_MOST_ADDRESSES = 4

_AGENT = f"Citable/{VERSION}"
_GONE = 410
_BROKEN = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of sending a message once. Of an answer, its status and `Retry-After` are kept, and nothing else."""

    status: int | None = None
    """The HTTP status; None if there was no answer."""
    error: str | None = None
    """Why it was not delivered, in a sentence; None if it was."""
    is_refused: bool = False
    """Whether we did not send it, because of where it would have gone."""
    retry_after: str | None = None
    """The field `Retry-After`, as it came."""
    latency_ms: int
    """Milliseconds it took, all in all."""

    @property
    def is_delivered(self) -> bool:
        """Whether the endpoint took it."""
        return self.error is None

    @property
    def is_gone(self) -> bool:
        """Whether the endpoint says that it wants no messages any more."""
        return self.status == _GONE


class Attempted(Protocol):
    """Is told what came of an attempt: the status, if there was an answer, and whether the message was taken."""

    def __call__(self, status: int | None, *, is_taken: bool) -> None: ...


@dataclass(frozen=True)
class Sender:
    """What sends: how names are looked up, whom certificates are trusted from, and how long anything may take."""

    monotonic: Callable[[], float]
    loopback: bool = False
    """Whether messages may go to this machine: for development."""
    resolve: Resolve = look_up
    tls: ssl.SSLContext = field(default_factory=httpcore.default_ssl_context)
    within: float = SENT_WITHIN
    attempted: Attempted | None = None
    """Is told what came of each attempt."""

    async def send(self, url: str, headers: Mapping[str, str], body: bytes, *, within: float = SENT_WITHIN) -> Attempt:
        """POSTs a body of JSON, within so many seconds if that is less than there are for any.

        Nothing is raised but for being cancelled: whatever goes wrong is what came of it.
        """
        began = self.monotonic()
        within = min(within, self.within)
        status, retry_after, error, is_refused = None, None, None, False
        try:
            async with AsyncExitStack() as closing:
                async with asyncio.timeout(within) as deadline:
                    target = target_of(url, loopback=self.loopback)
                    addresses = await self._addresses_of(target)
                    connection = await closing.enter_async_context(_connection(target, addresses, self.tls))
                    answer = await connection.handle_async_request(_request(target, headers, body))
                status, retry_after = answer.status, _retry_after(answer)
                error = _why_not_taken(status)
                with suppress(TimeoutError, OSError, *_BROKEN):  # the status is the answer; the rest is good manners
                    async with asyncio.timeout_at(deadline.when()):
                        await _heard_out(answer)
        except Refused as refused:
            error, is_refused = refused.sentence, True
        except _Unresolved as failure:
            error = str(failure)
        except TimeoutError:
            error = f"It did not answer within {within:g} seconds."
        except (httpcore.RemoteProtocolError, httpcore.LocalProtocolError) as failure:
            error = f"It does not answer as HTTP has it: {_reason(failure)}."
        except (OSError, *_BROKEN) as failure:
            error = f"It cannot be reached: {_reason(failure)}."
        latency = max(0, round((self.monotonic() - began) * 1000))
        if self.attempted is not None:
            self.attempted(status, is_taken=error is None)
        return Attempt(status=status, error=error, is_refused=is_refused, retry_after=retry_after, latency_ms=latency)

    async def _addresses_of(self, target: Target) -> list[Address]:
        try:
            return await addresses_of(target, self.resolve, loopback=self.loopback)
        except OSError as error:  # TimeoutError, too
            raise _Unresolved(unresolved(target.host, error)) from error


class _Unresolved(Exception):
    """The name of the host is not known."""


@asynccontextmanager
async def _connection(
    target: Target, addresses: Sequence[Address], tls: ssl.SSLContext
) -> AsyncGenerator[httpcore.AsyncHTTPConnection]:
    """A connection for one message, closed when the block ends."""
    connection = httpcore.AsyncHTTPConnection(_url(target).origin, ssl_context=tls, network_backend=_Only(addresses))
    try:
        yield connection
    finally:
        await connection.aclose()


def _url(target: Target) -> httpcore.URL:
    scheme = "https" if target.is_tls else "http"
    return httpcore.URL(scheme=scheme, host=target.host, port=target.port, target=target.path)


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> httpcore.Request:
    fields = {
        "host": target.authority,
        "user-agent": _AGENT,
        "accept": "*/*",
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
        **headers,
    }
    return httpcore.Request("POST", _url(target), headers=list(fields.items()), content=body)


async def _heard_out(answer: httpcore.Response) -> None:
    """Takes the answer off the line, so that who sends it sees it taken: the first `MOST_READ` bytes."""
    read = 0
    async for part in answer.aiter_stream():
        read += len(part)
        if read >= MOST_READ:
            return


def _retry_after(answer: httpcore.Response) -> str | None:
    found = [value for name, value in answer.headers if name.lower() == b"retry-after"]
    return found[0].decode("latin-1") if found else None


class _Only(httpcore.AsyncNetworkBackend):
    """A network in which every name is at these addresses: nothing is looked up, and no proxy is asked."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = addresses[:_MOST_ADDRESSES]
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - it was looked up, and is not looked up again
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's own interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first of the addresses that takes one."""
        for last, address in enumerate(self._addresses, 1 - len(self._addresses)):
            try:
                stream = await self._network.connect_tcp(
                    str(address), port, CONNECTED_WITHIN, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == 0:
                    raise
                continue
            peer = stream.get_extra_info("server_addr")
            if ip_address(peer[0]) != address:
                await stream.aclose()
                raise Refused("The connection is to another address than the one that was looked at.")
            return stream
        raise httpcore.ConnectError("it has no address")


def _why_not_taken(status: int) -> str | None:
    """Why an answer of this status is no delivery; None if it is one."""
    if 200 <= status <= 299:
        return None
    if 300 <= status <= 399:
        return f"It answered {status}: redirections are not followed."
    if status == _GONE:
        return "It answered 410: it wants no messages any more."
    return f"It answered {status}."


def _reason(error: BaseException) -> str:
    """What is behind an error, as the end of a sentence: one line, and not long."""
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f"its certificate is not valid: {error.verify_message}"
    elif isinstance(error, OSError) and error.errno and not isinstance(error, ssl.SSLError):
        text = os.strerror(error.errno).lower()
    else:
        text = str(error) or type(error).__name__
    line = " ".join(text.split())
    return "".join(letter for letter in line if letter.isprintable())[:200].rstrip(".")
