"""A SPARQL endpoint that misbehaves on demand, on a free port of this machine: the path says how.

Each fault writes what it likes to the socket, so that bodies may be shorter than announced, headers slow, and replies
none at all. `GOOD` is an answer that would be right, so that a test can see that a part of it is never taken for it.
"""

from __future__ import annotations

import gzip
import http.server
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from types import TracebackType

COLUMNS = ("text", "number", "knownBy", "flag")
RESULTS = "application/sparql-results+json"


def results(rows: int, columns: tuple[str, ...] = COLUMNS) -> bytes:
    """Return an answer to the query `words` of the small graph with so many rows."""
    bindings = [{columns[0]: {"type": "literal", "value": f"word {row}"}} for row in range(rows)]
    return json.dumps({"head": {"vars": list(columns)}, "results": {"bindings": bindings}}).encode()


GOOD = results(3)
HTML = b"<!DOCTYPE html><html><body><h1>Endpoint down for maintenance</h1></body></html>"
XML = (
    b'<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="text"/></head>'
    b"<results/></sparql>"
)
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (98 + n, 97 + n, 97 + n, 97 + n, 97 + n) for n in range(20))
    + b"]><sparql>&u;</sparql>"
)


class Handler(http.server.BaseHTTPRequestHandler):
    """Plays the fault that the path names."""

    protocol_version = "HTTP/1.1"
    timeout = 20
    server: FaultServer

    def do_GET(self) -> None:
        """Play."""
        self._play(b"")

    def do_POST(self) -> None:
        """Play, after reading all that was sent."""
        self._play(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def _play(self, body: bytes) -> None:
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        self.close_connection = True
        with suppress(OSError):  # the client has hung up, as it should
            FAULTS[self.path.partition("?")[0].strip("/")](self)

    def reply(self, body: bytes = b"", status: int = 200, kind: str = RESULTS, **headers: str) -> None:
        """Send a reply that is right as HTTP, whatever it says."""
        self.send_response(status)
        for name, value in {"Content_Type": kind, "Content_Length": str(len(body)), **headers}.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, *parts: bytes, pause: float = 0.0) -> None:
        """Send bytes as they are, with a pause after each part, for as long as the server runs."""
        for part in parts:
            self.wfile.write(part)
            self.wfile.flush()
            if pause and self.server.stopping.wait(pause):
                return

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name of http.server
        """Say nothing."""


def _never(handler: Handler) -> None:
    handler.server.stopping.wait(30)


def _drip(handler: Handler) -> None:
    handler.raw(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (RESULTS.encode(), len(GOOD)))
    handler.raw(*(bytes([byte]) for byte in GOOD), pause=0.5)


def _slow_headers(handler: Handler) -> None:
    handler.raw(b"HTTP/1.1 200 OK\r\n", *(b"X-Slow-%d: x\r\n" % number for number in range(90)), pause=0.5)


def _slow_status(handler: Handler) -> None:
    handler.raw(*(bytes([byte]) for byte in b"HTTP/1.1 200 OK" + b" " * 100), pause=0.5)


def _cut_chunked(handler: Handler) -> None:
    handler.raw(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % RESULTS.encode())
    handler.raw(b"%x\r\n%s\r\n" % (len(GOOD), GOOD))  # the whole answer, but not the chunk that says so


def _short(handler: Handler) -> None:
    """Send a whole answer and announce more, so that it only looks whole."""
    handler.reply(GOOD, Content_Length=str(len(GOOD) + 100))


def _cut(handler: Handler) -> None:
    handler.reply(GOOD[: len(GOOD) // 2], Content_Length="")


def _half_close(handler: Handler) -> None:
    handler.raw(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\n{" % RESULTS.encode())
    handler.connection.shutdown(socket.SHUT_WR)
    handler.server.stopping.wait(30)


def _reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def _huge(handler: Handler) -> None:
    handler.reply(b'{"head":{"vars":["text"]},"results":{"bindings":[', Content_Length="")
    row = b'{"text":{"type":"literal","value":"%s"}},' % (b"x" * 1000)
    while not handler.server.stopping.is_set():
        handler.raw(row * 1000)


def _again_later(handler: Handler) -> None:
    """Be busy twice, then answer."""
    if sum(path == handler.path for _, path, _, _ in handler.server.asked) < 3:
        return handler.reply(b"busy", 503, "text/plain", Retry_After="0")
    return handler.reply(GOOD)


def _moved(to: str, status: int = 302) -> Callable[[Handler], None]:
    return lambda handler: handler.reply(b"", status, "text/html", Location=to)


def _says(body: bytes, status: int = 200, kind: str = RESULTS, **headers: str) -> Callable[[Handler], None]:
    return lambda handler: handler.reply(body, status, kind, **headers)


FAULTS: dict[str, Callable[[Handler], None]] = {
    # none of these is a fault
    "good": _says(GOOD),
    "good-utf8": _says(GOOD, kind=RESULTS + "; charset=UTF-8"),
    "good-moved": _moved("/good-moved-again"),
    "good-moved-again": _moved("/good", 307),
    "good-later": _again_later,
    "good-below-the-cap": _says(GOOD, X_SPARQL_MaxRows="10000"),
    # time
    "never": _never,
    "drip": _drip,
    "slow-headers": _slow_headers,
    "slow-status": _slow_status,
    # something else than results
    "html": _says(HTML, kind="text/html"),
    "html-as-json": _says(HTML),
    "xml": _says(XML, kind="application/sparql-results+xml"),
    "xml-as-json": _says(XML),
    "bomb": _says(BOMB, kind="application/sparql-results+xml"),
    "no-type": _says(GOOD, kind=""),
    "other-shape": _says(b'{"rows": [["word 0"]]}'),
    "list": _says(b"[]"),
    "other-columns": _says(results(3, ("s", "p", "o"))),
    "ask": _says(b'{"head": {}, "boolean": true}'),
    "empty": _says(b""),
    "no-content": _says(b"", 204, ""),
    "two-answers": _says(GOOD + GOOD),
    "gzip": _says(gzip.compress(GOOD), Content_Encoding="gzip"),
    "gzip-garbage": _says(b"\x1f\x8b garbage", Content_Encoding="gzip"),
    "not-utf8": _says(GOOD.replace(b"word", b"\xff\xfe")),
    "bad-iri": _says(GOOD.replace(b'"literal", "value": "word 0"', b'"uri", "value": "no iri"')),
    # a part
    "short": _short,
    "cut": _cut,
    "cut-chunked": _cut_chunked,
    "half-close": _half_close,
    "capped": _says(GOOD, X_SPARQL_MaxRows="3"),
    "capped-somehow": _says(GOOD, X_SPARQL_MaxRows="yes"),
    "anytime": _says(GOOD, X_SQL_State="S1TAT"),
    "error-at-the-end": _says(GOOD[:-1] + b', "error": "time limit reached"}'),
    "huge": _huge,
    # no HTTP
    "reset": _reset,
    "hangs-up": lambda _: None,
    "not-http": lambda handler: handler.raw(b"220 smtp.example.org ready\r\n\r\n"),
    # errors
    "status-400": _says(b"unknown prefix\x1b[2J in line 3\n" * 500, 400, "text/plain"),
    "status-403": _says(HTML, 403, "text/html"),
    "status-404": _says(HTML, 404, "text/html"),
    "status-414": _says(b"", 414, "text/html"),
    "status-500": _says(os.urandom(100_000), 500, "application/octet-stream"),
    "status-429": _says(b"", 429, "text/plain"),
    "busy-0": _says(GOOD, 503, Retry_After="0"),
    "busy-7": _says(b"", 429, "text/plain", Retry_After="7"),
    "busy-an-hour": _says(b"", 503, "text/plain", Retry_After="3600"),
    "busy-until": lambda handler: handler.reply(
        b"", 503, "text/plain", Retry_After=formatdate(time.time() + 3000, usegmt=True)
    ),
    "busy-nonsense": _says(b"", 504, "text/plain", Retry_After="soon"),
    # redirects
    "loop": _moved("/loop"),
    "moved-thrice": _moved("/good-moved"),
    "to-file": _moved("file:///etc/passwd"),
    "to-ftp": _moved("ftp://127.0.0.1/x"),
    "to-nowhere": _moved("http://:0/"),
    "to-a-login": _moved("http://user:word@127.0.0.1:1/"),
    "see-other": _moved("/good", 303),
}


class FaultServer(http.server.ThreadingHTTPServer):
    """The server; `asked` holds command, path, headers and body of every request, in order.

    Used as a context it runs, on a free port.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.stopping = threading.Event()

    def url(self, fault: str) -> str:
        """Return the address of an endpoint with this fault."""
        return f"http://127.0.0.1:{self.server_address[1]}/{fault}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients hang up here as they should."""

    def __enter__(self) -> FaultServer:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()
