"""Every setting, once: its name in the environment, its type, its default and a sentence.

A secret can be the content of a file instead, which CITABLE_…_FILE names; no sentence ever says what a secret is.
"""

from collections.abc import Mapping
from ipaddress import ip_network
from os import environ
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from schemas.failures import CannotStart

PREFIX = "CITABLE_"
_FILE = "_file"
_MOST_OF_A_FILE = 8192
"""Bytes a file with a secret has at most: what is larger is another file."""

SECRETS = {
    "database_url": ("postgresql://", "postgres://"),
    "database_direct_url": ("postgresql://", "postgres://"),
    "database_replica_url": ("postgresql://", "postgres://"),
    "redis_url": ("redis://", "rediss://", "unix://"),
}
"""The settings that hold a password, and how each begins."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How this process is set up. Field `port` is the variable CITABLE_PORT."""

    database_url: Annotated[
        str | None, Meta(description="PostgreSQL to use, `postgresql://…`; without it, the embedded one.")
    ] = None
    database_direct_url: Annotated[
        str | None,
        Meta(description="The same PostgreSQL without the pooler `database_url` leads to: to hear of changes by."),
    ] = None
    database_replica_url: Annotated[
        str | None,
        Meta(description="Replicas of that PostgreSQL, `postgresql://…`, which answers are loaded from; or none."),
    ] = None
    redis_url: Annotated[
        str | None, Meta(description="Redis or Valkey to use, `redis://…`; without it, the embedded one.")
    ] = None
    data: Annotated[str, Meta(description="Folder of the embedded servers' data.")] = ".citable"
    host: Annotated[str, Meta(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="Port to listen on.")] = 8000
    public_url: (
        Annotated[
            str,
            Meta(
                pattern=r"^https?://[^/\s]+(/[^\s?#]*)?$(?!\n)",
                description="Where readers reach this API, `https://…`, for absolute links in answers.",
            ),
        ]
        | None
    ) = None
    database_connections: Annotated[
        int, Meta(ge=1, le=200, description="The most connections a process holds to PostgreSQL, and to replicas.")
    ] = 10
    memory_cache_mb: Annotated[
        int, Meta(ge=0, le=100_000, description="Megabytes of answers a process keeps ready; 0 for none.")
    ] = 64

    connections: Annotated[
        int, Meta(ge=1, le=1_000_000, description="The most connections of clients a process keeps open at once.")
    ] = 10_000
    drain_seconds: Annotated[
        int,
        Meta(ge=0, le=3600, description="Seconds after SIGTERM in which new connections are still served."),
    ] = 3
    followers: Annotated[
        int, Meta(ge=0, le=100_000, description="The most readers a process lets wait for changes at once.")
    ] = 1000
    longest_wait: Annotated[
        int, Meta(ge=0, le=30, description="The most seconds a poll of changes may wait: less than your proxy does.")
    ] = 30
    longest_stream: Annotated[
        int,
        Meta(ge=0, le=86_400, description="Seconds after which a stream of changes ends; 0: with what there is."),
    ] = 3600

    reads_per_minute: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Reads that cost work a minute, for an address without a key.")
    ] = 600
    key_reads_per_minute: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Reads that cost work a minute, for a key.")
    ] = 6000
    writes_per_minute: Annotated[int, Meta(ge=1, le=1_000_000, description="Writes a minute, for a key.")] = 300
    trusted_proxies: Annotated[
        str | None, Meta(description="Addresses and networks, with commas, whose `X-Forwarded-For` is believed.")
    ] = None

    metrics_port: Annotated[
        int, Meta(ge=0, le=65535, description="Port to answer Prometheus on, a second listener's; 0 for none.")
    ] = 0
    metrics_host: Annotated[str, Meta(description="Address of that listener.")] = "127.0.0.1"
    log_format: Annotated[
        Literal["text", "json"], Meta(description="What lines of the log are: text for people, or JSON.")
    ] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="The least level of what is logged.")
    ] = "info"
    otlp_endpoint: (
        Annotated[
            str,
            Meta(
                pattern=r"^https?://[^/\s@?#]+(/[^\s?#]*)?$(?!\n)",
                description="Where traces are sent, by OTLP over HTTP, `http://…:4318`; without it, there are none.",
            ),
        ]
        | None
    ) = None
    log_requests: Annotated[bool, Meta(description="Whether each request is a line of the log.")] = False

    webhook_loopback: Annotated[
        bool, Meta(description="Whether webhooks may go to this machine, by http too: for development.")
    ] = False

    def __repr__(self) -> str:
        """Its values, but no secret."""
        shown = (
            (name, "…" if name in SECRETS and value else value) for name, value in msgspec.structs.asdict(self).items()
        )
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown)})"

    @property
    def origin(self) -> str:
        """The address absolute links begin with, without a final slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")


def settings_from_environment(variables: Mapping[str, str] = environ) -> Settings:
    """The settings the environment asks for. CannotStart names the variable that is wrong or unknown."""
    given = {name.removeprefix(PREFIX).lower(): value for name, value in variables.items() if name.startswith(PREFIX)}
    fields = {field.name: field for field in msgspec.structs.fields(Settings)}
    values: dict[str, object] = {}
    for name, value in given.items():
        variable = PREFIX + name.upper()
        if variable not in variable_names():
            raise CannotStart(f"{variable} is no setting of Citable. There are: {', '.join(variable_names())}.")
        if value == "":
            continue
        if name not in fields:
            name = name.removesuffix(_FILE)
            if given.get(name):
                raise CannotStart(f"{PREFIX}{name.upper()} and {variable} are both set: set one of them.")
            value = _content(variable, value)
        if name in SECRETS and not value.startswith(SECRETS[name]):
            begins = " or ".join(f"`{scheme}`" for scheme in SECRETS[name])
            raise CannotStart(f"{variable} is no address of its kind: it begins with {begins}.")
        try:
            values[name] = msgspec.convert(value, fields[name].type, strict=False)
            if name == "trusted_proxies":
                for part in value.split(","):
                    ip_network(part.strip())
        except (msgspec.ValidationError, ValueError) as error:
            raise CannotStart(f"{variable} is {value!r}: {str(error).lower()}.") from error
    return Settings(**values)  # type: ignore[arg-type] # each was converted to its field's type


def _content(variable: str, name: str) -> str:
    """The one line a file holds, without its end."""
    try:
        with Path(name).open("rb") as file:
            text = file.read(_MOST_OF_A_FILE + 1).decode().removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise CannotStart(f"{variable} is {name!r}, which cannot be read: {reason.lower()}.") from None
    if not text:
        raise CannotStart(f"{variable} is {name!r}, which is empty.")
    if len(text) > _MOST_OF_A_FILE or not text.isprintable():
        raise CannotStart(f"{variable} is {name!r}, which holds more than one line of text.")
    return text


def variable_names() -> list[str]:
    """The environment variables there are."""
    names = [PREFIX + field.name.upper() for field in msgspec.structs.fields(Settings)]
    return names + [PREFIX + (name + _FILE).upper() for name in SECRETS]
