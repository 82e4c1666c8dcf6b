"""One request to a server elsewhere: its answer whole and in time, or an error of one sentence.

urllib alone has a limit for each read only, follows redirects by leaving the question behind, and takes a body that is
cut short for a whole one. So it serves here as the thing that writes and reads HTTP, and what it leaves open is settled
around it: one clock for everything from looking up the name to the last byte, and a cap on what is read.
"""

from __future__ import annotations

import http.client
import ipaddress
import queue
import random
import socket
import threading
import time
import urllib.error
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from cami_kg.errors import CamiError, UsageError
from cami_kg.query.layout import plain

SECONDS = 60.0
"""How long an exchange may take if nobody says otherwise, retries included."""

MOST = 50_000_000
"""How many bytes an answer may have."""

REDIRECTS = 2
TRIES = 3
LONGEST_WAIT = 60.0
"""How many seconds a server may ask to wait before the next try."""

FAILURES = 3
"""After how many failures in a row an address is left alone for a while."""

COOL_DOWN = 30.0
"""For how many seconds it is left alone; then one try tells whether it works again."""

_BUSY = frozenset((429, 502, 503, 504))
_MOVED = frozenset((301, 302, 307, 308))
_FAILURES = (OSError, http.client.HTTPException, ValueError)


class RemoteError(CamiError):
    """A server elsewhere did not do what was asked."""


class TooLateError(RemoteError):
    """The answer was not there, or not all of it, in time."""


class UnreachableError(RemoteError):
    """There was no answer at all, or none in HTTP."""


class RefusedError(RemoteError):
    """The server answered with an error, or sent us elsewhere."""


class IncompleteError(RemoteError):
    """Only a part of the answer came."""


class NotResultsError(RemoteError):
    """What came is something else than was asked for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered, its body whole."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def kind(self) -> str:
        """The media type, without parameters, in small letters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def checked(address: str) -> str:
    """Return an address of the web as it was given, or say why it is none."""
    if not _is_web(address):
        hint = "Write it like http://localhost:7878/query, without a login."
        raise UsageError(f"An endpoint is an address of http or https; this is {plain(address[:80])!r}.", hint=hint)
    return address


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and parts.username is None
    except ValueError:
        return False
    return bool(fits) and address.isascii() and address.isprintable() and " " not in address


class _Circuit:
    """The failures of one address in a row, within this process."""

    def __init__(self) -> None:
        self._lock, self._failures, self._closed_until = threading.Lock(), 0, 0.0

    def enter(self, host: str) -> None:
        """Refuse to ask while the address is left alone; the first to ask after that is the one try."""
        with self._lock:
            left = self._closed_until - time.monotonic()
            if self._failures >= FAILURES:
                if left > 0:
                    often, wait = f"{self._failures} times in a row", f"{ceil(left)} s more"
                    raise UnreachableError(f"{host} failed {often} and is left alone for {wait}.", hint="Ask then.")
                self._closed_until = time.monotonic() + COOL_DOWN

    def note(self, *, works: bool) -> None:
        """Count a failure; what works has none."""
        with self._lock:
            self._failures = 0 if works else self._failures + 1
            self._closed_until = time.monotonic() + COOL_DOWN


_CIRCUITS: defaultdict[str, _Circuit] = defaultdict(_Circuit)


def send(request: Request, seconds: float = SECONDS) -> Reply:
    """Send a request and return the reply, trying again where a busy server says when.

    An address that failed `FAILURES` times in a row is not asked for `COOL_DOWN` seconds.

    Args:
        request: to an address of http or https; a body is sent again after a redirect.
        seconds: how long all of it may take.

    Raises:
        UsageError: the address is none of the web, or the time is no time.
        RemoteError: there is no whole reply with a status of success in time.
    """
    if not 0 < seconds < 86_400:
        raise UsageError(f"The time limit is {seconds:g} seconds.", hint="Choose more than 0 and less than a day.")
    host = urlsplit(checked(request.full_url)).netloc
    circuit = _CIRCUITS[request.full_url.partition("?")[0]]
    circuit.enter(host)
    try:
        reply = _tried(request, host, seconds)
    except (TooLateError, UnreachableError, RefusedError):
        circuit.note(works=False)
        raise
    circuit.note(works=reply.status < 500 and reply.status not in _BUSY)
    if not 200 <= reply.status < 300:
        raise _refusal(host, reply)
    return reply


def _tried(request: Request, host: str, seconds: float) -> Reply:
    """Return the last reply of at most `TRIES`, whatever its status."""
    until = time.monotonic() + seconds
    for left in reversed(range(TRIES)):
        reply = _in_time(request, until, seconds)
        wait = _wait(reply) if reply.status in _BUSY else None
        if wait is None or not left:
            break
        wait += random.uniform(0, min(1, wait / 4))  # noqa: S311 (only so that clients do not come back all at once)
        if wait > LONGEST_WAIT or wait >= until - time.monotonic():
            hint = "Try again then, or give more time by --timeout."
            raise RefusedError(f"{host} is busy ({reply.status}) and asks to wait {wait:.0f} s.", hint=hint)
        time.sleep(wait)
    return reply


def _wait(reply: Reply) -> float | None:
    """Return how many seconds `Retry-After` asks to wait, given as a number or a date; None if it does not say."""
    word = reply.headers.get("Retry-After", "").strip()
    if word.isascii() and word.isdecimal():
        return float(word[:9])
    try:
        then = parsedate_to_datetime(word)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


_ADVICE = {
    401: "It wants a login, which cami does not give.",
    403: "It does not let you in.",
    404: "There is nothing at this address; correct it.",
    405: "It takes no such request at this address; correct it.",
    413: "Ask for less at once.",
    414: "Ask for less at once.",
    429: "Try again later.",
    503: "Try again later.",
}


def _refusal(host: str, reply: Reply) -> RefusedError:
    """Return an error with the status and, where the server says in plain text what is wrong, its first words."""
    said = plain(reply.body[:2000].decode(errors="replace"))[:160].rstrip(" .") if reply.kind == "text/plain" else ""
    hint = _ADVICE.get(reply.status) or ("Try again later, or ask who runs it." if reply.status >= 500 else None)
    return RefusedError(f"{host} answered with status {reply.status}{f': {said}' if said else ''}.", hint=hint)


def _in_time(request: Request, until: float, seconds: float) -> Reply:
    """Exchange in a thread of its own, and stop waiting for it when the time is up.

    A socket's own limit is one for each read, which a server that drips a byte now and then never meets, and looking up
    a name has none. The thread is left behind then; with its connection shut it soon ends.
    """
    line, found = _Line(until), queue.SimpleQueue[Reply | Exception]()

    def exchange() -> None:
        try:
            found.put(line.follow(request))
        except Exception as error:  # raised again below, in the thread that waits
            found.put(error)

    threading.Thread(target=exchange, daemon=True).start()
    host = urlsplit(request.full_url).netloc
    try:
        reply = found.get(timeout=max(0.0, until - time.monotonic()))
    except queue.Empty:
        line.hang_up()
        reply = TimeoutError()
    if isinstance(reply, Reply):
        return reply
    raise _failure(host, reply, seconds) from None


def _failure(host: str, error: Exception, seconds: float) -> Exception:
    """Return what went wrong on the way as one sentence; what is no failure of the way stays as it is."""
    if isinstance(error, CamiError) or not isinstance(error, _FAILURES):
        return error
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return TooLateError(f"{host} did not answer within {seconds:g} s.", hint="Give it more time by --timeout.")
    if isinstance(reason, http.client.IncompleteRead):
        return _cut(host)
    if isinstance(reason, http.client.RemoteDisconnected | ConnectionResetError | BrokenPipeError):
        return UnreachableError(f"{host} broke the connection off.", hint="See whether the server runs, and try again.")
    said = plain(str(getattr(reason, "strerror", None) or reason or type(reason).__name__))[:160].rstrip(" .")
    return UnreachableError(f"{host} cannot be reached: {said}.", hint="See whether the address is right.")


def _cut(host: str) -> IncompleteError:
    return IncompleteError(f"The answer of {host} is incomplete: it ends early.", hint="Try again.")


class _Line:
    """The connections of one exchange, which can be hung up from another thread."""

    def __init__(self, until: float) -> None:
        self._until = until
        self._connections: list[http.client.HTTPConnection] = []
        # An opener of our own: no other schemes, no redirects of its own, and no exceptions in place of replies.
        self._opener = OpenerDirector()
        for handler in (ProxyHandler(), _Http(self._connections), _Https(self._connections)):
            self._opener.add_handler(handler)

    def hang_up(self) -> None:
        """Shut what is open, so that whoever reads there finds the end."""
        for connection in self._connections:
            if connection.sock:
                with suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)

    def follow(self, request: Request) -> Reply:
        """Return the reply, after at most `REDIRECTS` redirects, to which the same request is sent."""
        host = urlsplit(request.full_url).netloc
        for _ in range(REDIRECTS + 1):
            reply = self._exchange(request)
            if reply.status not in _MOVED:
                return reply
            request = _moved(request, reply)
        raise RefusedError(f"{host} redirects more than {REDIRECTS} times.", hint="Give the address it leads to.")

    def _exchange(self, request: Request) -> Reply:
        response: http.client.HTTPResponse = self._opener.open(request, timeout=max(0.001, self._left()))
        with response:
            body = self._read(response, urlsplit(request.full_url).netloc)
        return Reply(response.status, response.headers, body)

    def _left(self) -> float:
        return self._until - time.monotonic()

    def _read(self, response: http.client.HTTPResponse, host: str) -> bytes:
        """Return the body, if all of it came in time and it is not too long."""
        parts, size = [], 0
        while part := response.read1(1 << 16):
            parts.append(part)
            size += len(part)
            if size > MOST:
                hint = "Ask for less at once."
                raise IncompleteError(f"The answer of {host} has more than {MOST / 1e6:g} MB.", hint=hint)
            if self._left() <= 0:
                raise TimeoutError
        if response.length:  # http.client counts down what was announced, and says nothing if it does not come
            raise _cut(host)
        return b"".join(parts)


def _moved(request: Request, reply: Reply) -> Request:
    """Return the same request to where the server says, if that is on the web, and no less private a way or place."""
    address = urljoin(request.full_url, reply.headers.get("Location", ""))
    host, old = urlsplit(request.full_url).netloc, request.full_url
    downgraded = request.type == "https" and not address.startswith("https:")
    if not _is_web(address) or downgraded or (_is_inside(address) and not _is_inside(old)):
        hint = "Ask who runs it."
        raise RefusedError(f"{host} redirects to {plain(address[:80])!r}, which is not followed.", hint=hint)
    return Request(address, request.data, dict(request.headers), method=request.get_method())  # noqa: S310 (is web)


def _is_inside(address: str) -> bool:
    """Tell whether an address is one of this machine or its own network, where a stranger must not lead us."""
    try:
        found = socket.getaddrinfo(urlsplit(address).hostname, None)
    except (OSError, UnicodeError):
        return False
    return any(not ipaddress.ip_address(str(place[4][0]).partition("%")[0]).is_global for place in found)


class _Http(HTTPHandler):
    """Lets the connections be known that it opens."""

    def __init__(self, connections: list[http.client.HTTPConnection]) -> None:
        super().__init__()
        self._connections = connections

    def do_open(self, http_class: Any, req: Request, **options: Any) -> http.client.HTTPResponse:  # noqa: ANN401
        return super().do_open(_noted(http_class, self._connections), req, **options)


class _Https(HTTPSHandler):
    """Lets the connections be known that it opens."""

    def __init__(self, connections: list[http.client.HTTPConnection]) -> None:
        super().__init__()
        self._connections = connections

    def do_open(self, http_class: Any, req: Request, **options: Any) -> http.client.HTTPResponse:  # noqa: ANN401
        return super().do_open(_noted(http_class, self._connections), req, **options)


def _noted(http_class: Any, connections: list[http.client.HTTPConnection]) -> Any:  # noqa: ANN401
    def connect(*arguments: Any, **options: Any) -> http.client.HTTPConnection:  # noqa: ANN401
        connection: http.client.HTTPConnection = http_class(*arguments, **options)
        connections.append(connection)
        return connection

    return connect
