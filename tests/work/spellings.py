"""Ways to write an address that nothing may be sent to: every one is tried on whatever takes a URL."""

# ruff: noqa: RUF001 - letters that look like others are the point

LOOPBACK = {
    "itself": "https://127.0.0.1/",
    "another loopback address": "https://127.8.8.8/",
    "decimal": "https://2130706433/",
    "octal": "https://0177.0.0.1/",
    "octal, one number": "https://017700000001/",
    "octal with zeros": "https://0000177.0.0.01/",
    "hexadecimal": "https://0x7f.0.0.1/",
    "hexadecimal, one number": "https://0x7f000001/",
    "hexadecimal, capital": "https://0X7F.0X0.0X0.0X1/",
    "mixed bases": "https://0x7f.0.01/",
    "short": "https://127.1/",
    "three parts": "https://127.0.1/",
    "zero": "https://0/",
    "unspecified": "https://0.0.0.0/",
    "full-width digits": "https://１２７.０.０.１/",
    "ideographic full stops": "https://127。0。0。1/",
    "circled letters": "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "trailing dot": "https://127.0.0.1./",
    "localhost": "https://localhost/",
    "localhost, capital": "https://LOCALHOST/",
    "localhost with a dot": "https://localhost./",
    "a name below localhost": "https://partner.localhost/",
    "IPv6": "https://[::1]/",
    "IPv6 in full": "https://[0000:0000:0000:0000:0000:0000:0000:0001]/",
    "IPv6 unspecified": "https://[::]/",
    "mapped": "https://[::ffff:127.0.0.1]/",
    "mapped, hexadecimal": "https://[::ffff:7f00:1]/",
    "mapped, in full": "https://[0:0:0:0:0:ffff:127.0.0.1]/",
    "translated": "https://[::ffff:0:127.0.0.1]/",
    "compatible": "https://[::127.0.0.1]/",
    "NAT64": "https://[64:ff9b::127.0.0.1]/",
    "NAT64, local": "https://[64:ff9b:1::7f00:1]/",
    "6to4": "https://[2002:7f00:1::]/",
    "Teredo": "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "zone": "https://[::1%25lo]/",
    "zone as it is typed": "https://[::1%lo]/",
    "user": "https://partner.example@127.0.0.1/",
    "user and password": "https://partner.example:443@127.0.0.1/",
    "backslash": "https://partner.example\\@127.0.0.1/",
    "backslashes for slashes": "https:\\\\127.0.0.1\\",
    "fragment before a user": "https://127.0.0.1#@partner.example/",
    "query without a path": "https://127.0.0.1?partner.example",
    "percent-encoded": "https://%31%32%37.0.0.1/",
    "space before": " https://127.0.0.1/",
    "tab inside": "https://127.0.\t0.1/",
    "new line after": "https://127.0.0.1/\r\nX: y",
    "no slashes": "https:127.0.0.1/",
    "three slashes": "https:///127.0.0.1/",
    "http": "http://127.0.0.1/",
}
"""They come out at this machine, wherever they come out."""

ELSEWHERE = {
    "metadata": "https://169.254.169.254/latest/meta-data/",
    "metadata, decimal": "https://2852039166/",
    "metadata, mapped": "https://[::ffff:169.254.169.254]/",
    "metadata, IPv6": "https://[fd00:ec2::254]/",
    "metadata of another cloud": "https://168.63.129.16/",
    "metadata behind a carrier": "https://100.100.100.200/",
    "private": "https://10.0.0.1/",
    "private, sixteen": "https://172.31.255.255/",
    "private, at home": "https://192.168.1.1/",
    "carrier": "https://100.64.0.1/",
    "link-local, IPv6": "https://[fe80::1]/",
    "unique local": "https://[fc00::1]/",
    "site-local": "https://[fec0::1]/",
    "multicast": "https://224.0.0.1/",
    "multicast, IPv6": "https://[ff02::1]/",
    "broadcast": "https://255.255.255.255/",
    "reserved": "https://240.0.0.1/",
    "documentation": "https://192.0.2.2/",
    "documentation, IPv6": "https://[2001:db8::1]/",
    "protocols": "https://192.0.0.192/",
    "benchmarks": "https://198.18.0.1/",
    "discard": "https://[100::1]/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:70/_x",
    "no scheme": "127.0.0.1/",
    "data": "data:text/plain,x",
    "port nought": "https://partner.example:0/",
    "port too high": "https://partner.example:65536/",
    "port of letters": "https://partner.example:https/",
    "empty host": "https:///",
    "dots": "https://../",
    "nothing": "",
    "too long": "https://partner.example/" + "a" * 2000,
}
"""They come out at others', or nowhere."""

SPELLINGS = {**LOOPBACK, **ELSEWHERE}


def at_port(url: str, port: int) -> str:
    """A spelling with a port, where one can be put."""
    scheme, slashes, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if not slashes or not slash or not host or "?" in host or "#" in host or host.rstrip("]").count(":") > 7:
        return url
    bracketed = host.startswith("[") and host.endswith("]")
    return f"{scheme}://{host}:{port}/{path}" if bracketed or ":" not in host.partition("@")[2] else url
