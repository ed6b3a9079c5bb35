"""Where messages may go: what each spelling of a URL is taken for, and every address of an answer looked at."""

import asyncio
import socket
from ipaddress import ip_address

import pytest

from service.work.guard import Refused, addresses_of, check_url, is_own, look_up, target_of, why_closed
from tests.work.spellings import SPELLINGS, spelled

OPEN = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:80f::200e"]
EDGES = {  # the addresses beside each closed network are open, and its first and last are closed
    "10.0.0.0": "9.255.255.255", "10.255.255.255": "11.0.0.0",
    "100.64.0.0": "100.63.255.255", "100.127.255.255": "100.128.0.0",
    "127.0.0.0": "126.255.255.255", "127.255.255.255": "128.0.0.0",
    "168.63.129.16": "168.63.129.17",
    "169.254.0.0": "169.253.255.255", "169.254.255.255": "169.255.0.0",
    "172.16.0.0": "172.15.255.255", "172.31.255.255": "172.32.0.0",
    "192.168.0.0": "192.167.255.255", "192.168.255.255": "192.169.0.0",
    "198.18.0.0": "198.17.255.255", "198.19.255.255": "198.20.0.0",
    "224.0.0.0": "223.255.255.255",
    "0.255.255.255": "1.0.0.0",
    "2001:db8::": "2001:db7:ffff::1", "2002::": "2003::1", "3fff::": "3ffe::1",
    "2001::1": "2001:200::1",
}  # fmt: skip


def answering(*addresses: str):
    """A resolver that gives these addresses for every name."""

    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolve


@pytest.mark.parametrize("address", OPEN)
def test_public_addresses_are_open(address):
    assert why_closed(ip_address(address)) is None


@pytest.mark.parametrize("closed", EDGES)
def test_a_closed_network_ends_where_it_ends(closed):
    assert why_closed(ip_address(closed)) is not None
    assert why_closed(ip_address(EDGES[closed])) is None


@pytest.mark.parametrize("name", SPELLINGS)
async def test_a_spelling_is_refused_in_a_sentence(name):
    sentence = await check_url(spelled(name), loopback=False)
    assert sentence is not None
    assert sentence.endswith(".")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/hook", "https://[::1]/", "http://localhost/x?y=%20"])
async def test_loopback_is_open_in_development_and_nothing_else_that_is_closed(url):
    assert await check_url(url, loopback=True) is None
    for name in ("metadata", "private", "unspecified", "mapped", "NAT64", "unique local", "link-local, IPv6"):
        assert await check_url(spelled(name), loopback=True) is not None, name


async def test_in_development_http_is_for_loopback_alone():
    assert await check_url("http://partner.example/", loopback=True, resolve=answering("127.0.0.1")) is None
    assert await check_url("https://partner.example/", loopback=True, resolve=answering("1.1.1.1")) is None
    sentence = await check_url("http://partner.example/", loopback=True, resolve=answering("1.1.1.1"))
    assert "https://" in sentence


@pytest.mark.parametrize(
    "answer", [["1.1.1.1", "10.0.0.1"], ["2606:4700:4700::1111", "::1"], ["fe80::1%eth0"], ["1.1.1.1%1"]]
)
async def test_one_closed_address_closes_the_whole_answer(answer):
    with pytest.raises((Refused, ValueError)):
        await addresses_of(target_of("https://partner.example/"), answering(*answer))


async def test_the_sentence_does_not_say_what_a_name_resolves_to():
    """It may be a name of our own network, and whoever asks is not of it."""
    sentence = await check_url("https://printer.example/", loopback=False, resolve=answering("10.11.12.13"))
    assert "10.11" not in sentence


async def test_each_address_of_an_answer_comes_once_and_in_its_order():
    found = await addresses_of(target_of("https://partner.example/"), answering("1.1.1.1", "8.8.8.8", "1.1.1.1"))
    assert [str(address) for address in found] == ["1.1.1.1", "8.8.8.8"]


async def test_a_name_that_does_not_resolve_is_refused():
    assert "cannot be looked up" in await check_url("https://partner.invalid/", loopback=False)
    assert "cannot be looked up" in await check_url("https://partner.example/", loopback=False, resolve=answering())


async def test_a_look_up_that_never_ends_is_given_up(monkeypatch):
    async def never(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr("service.work.guard.RESOLVED_WITHIN", 0.01)
    assert "too long" in await check_url("https://partner.example/", loopback=False, resolve=never)


async def test_many_look_ups_that_hang_do_not_keep_another_waiting(monkeypatch):
    real, hanging = socket.getaddrinfo, asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(host, *rest, **named):
        if host == b"slow.example":
            asyncio.run_coroutine_threadsafe(hanging.wait(), loop).result()
            raise OSError("nobody knows")
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    waiting = [asyncio.create_task(look_up("slow.example", 1)) for _ in range(100)]
    await asyncio.sleep(0)
    assert await look_up("127.1", 443) == ["127.0.0.1"]
    assert not any(task.done() for task in waiting)
    hanging.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, OSError) for result in results)


def test_own_addresses_are_known_without_sending_anything():
    assert is_own(ip_address("127.0.0.1"))
    assert not is_own(ip_address("1.1.1.1"))
    assert not is_own(ip_address("2606:4700:4700::1111"))


def test_a_public_address_of_this_machine_is_closed(monkeypatch):
    monkeypatch.setattr("service.work.guard.is_own", lambda address: str(address) == "1.1.1.1")
    assert "this machine" in why_closed(ip_address("1.1.1.1"))
    assert why_closed(ip_address("1.0.0.1")) is None


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://partner.example", "partner.example", 443, "/", "partner.example"),
        ("HTTPS://Partner.Example.:8443/a/b?c=%20", "partner.example", 8443, "/a/b?c=%20", "partner.example:8443"),
        ("https://partner.example?x=1", "partner.example", 443, "/?x=1", "partner.example"),
        ("https://[2606:4700:4700:0::1111]:1/", "2606:4700:4700::1111", 1, "/", "[2606:4700:4700::1111]:1"),
        ("https://bücher.example/", "xn--bcher-kva.example", 443, "/", "xn--bcher-kva.example"),
        ("https://_hooks.partner.example:443/", "_hooks.partner.example", 443, "/", "_hooks.partner.example"),
    ],
)
def test_a_url_is_taken_apart_once(url, host, port, path, authority):
    target = target_of(url)
    assert (target.host, target.port, target.path, target.authority) == (host, port, path, authority)
