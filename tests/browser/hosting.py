"""Newsrooms: pages on an origin of their own, which embed what ours serves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
FALLBACK = "Harbours run cranes, says the Port Register."


def elsewhere(url: str) -> str:
    """The same server under another name, which is another site to a browser."""
    return url.replace("127.0.0.1", "localhost")


def document(body: str) -> str:
    """A page of a newsroom."""
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>News</title><body>{body}</body></html>'


def with_element(citable: str, name: str, more: str = "") -> str:
    """A page that embeds a card by the element: `name` is a claim's id, with `@` and a version to pin it."""
    return document(
        f'<script src="{citable}/embed.js" async></script><citable-claim id="{name}">{FALLBACK}</citable-claim>{more}'
    )


def with_frame(citable: str, name: str, width: int, height: int, sandbox: str | None = SANDBOX) -> str:
    """A page that embeds a card by a plain frame, which is sandboxed unless `sandbox` is None."""
    held = "" if sandbox is None else f' sandbox="{escape(sandbox)}"'
    size = f'width="{width}" height="{height}" style="border:0"'
    return document(f'<iframe src="{citable}/embed/claims/{name}" {size}{held}></iframe>')


class Newsroom:
    """A small server: its `pages` by path, with the header fields they are sent with, and where it is."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        newsroom = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                page, fields = newsroom.pages.get(path, ("", {}))
                body = page.encode()
                has_none = path == "/favicon.ico"  # which browsers ask for now and then, and complain of a 404
                self.send_response(200 if page or has_none else 404)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **fields}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def publish(self, page: str, **fields: str) -> str:
        """Puts a page up, sent with header fields written with underscores; says where it is."""
        path = f"/article-{len(self.pages) + 1}"
        self.pages[path] = page, {name.replace("_", "-"): value for name, value in fields.items()}
        return self.url + path


@contextmanager
def newsroom_open() -> Iterator[Newsroom]:
    """A newsroom until the block ends."""
    newsroom = Newsroom()
    serving = threading.Thread(target=newsroom.server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield newsroom
    finally:
        newsroom.server.shutdown()
        newsroom.server.server_close()
        serving.join()
