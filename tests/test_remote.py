"""Asking elsewhere: whatever a server does, there is a whole right answer or one sentence, and in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fault_server import FAULTS, GOOD, FaultServer
from small_graph import rows

from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph
from cami_kg.query import SavedQuery, ask, run, wire
from cami_kg.query.results import Answer

SECONDS = 1.2
"""The limit of these tests, so that a server that drips a byte every half second meets it."""

GRACE = 0.5
"""How much later than at the limit an error may come."""

TIME, OTHER, PART, NONE, REFUSED = (
    wire.TooLateError,
    wire.NotResultsError,
    wire.IncompleteError,
    wire.UnreachableError,
    wire.RefusedError,
)

ERRORS = {
    "never": (TIME, "did not answer within 1.2 s. Give it more time by --timeout."),
    "drip": (TIME, "within 1.2 s"),
    "slow-headers": (TIME, "within 1.2 s"),
    "slow-status": (TIME, "within 1.2 s"),
    "html": (OTHER, "sent text/html (status 200) instead of SPARQL results in JSON"),
    "html-as-json": (OTHER, "sent no SPARQL results"),
    "xml": (OTHER, "sent application/sparql-results+xml"),
    "xml-as-json": (OTHER, "sent no SPARQL results"),
    "bomb": (OTHER, "sent application/sparql-results+xml"),
    "no-type": (OTHER, "something without a type"),
    "other-shape": (OTHER, "sent no SPARQL results"),
    "list": (OTHER, "sent no SPARQL results"),
    "other-columns": (OTHER, "answered another question"),
    "ask": (OTHER, "answered another question"),
    "empty": (OTHER, "sent no SPARQL results"),
    "no-content": (OTHER, "status 204"),
    "two-answers": (OTHER, "sent no SPARQL results"),
    "gzip": (OTHER, "compressed by gzip"),
    "gzip-garbage": (OTHER, "compressed by gzip"),
    "not-utf8": (OTHER, "sent no SPARQL results"),
    "bad-iri": (OTHER, "sent no SPARQL results"),
    "short": (PART, "incomplete: it ends early"),
    "cut": (OTHER, "sent no SPARQL results"),
    "cut-chunked": (PART, "incomplete: it ends early"),
    "half-close": (PART, "incomplete: it ends early"),
    "capped": (PART, "incomplete: it gives 3 rows at most"),
    "capped-somehow": (PART, "incomplete"),
    "anytime": (PART, "incomplete: it stopped at its own limit"),
    "error-at-the-end": (OTHER, "sent no SPARQL results"),
    "huge": (PART, "more than 5 MB"),
    "reset": (NONE, "broke the connection off"),
    "hangs-up": (NONE, "broke the connection off"),
    "not-http": (NONE, "cannot be reached"),
    "status-400": (REFUSED, "status 400: unknown prefix\\x1b[2J in line 3"),
    "status-403": (REFUSED, "status 403. It does not let you in."),
    "status-404": (REFUSED, "status 404. There is nothing at this address"),
    "status-414": (REFUSED, "status 414. Ask for less"),
    "status-500": (REFUSED, "status 500. Try again later"),
    "status-429": (REFUSED, "status 429. Try again later."),
    "busy-0": (REFUSED, "status 503"),
    "busy-7": (REFUSED, "is busy (429) and asks to wait"),
    "busy-an-hour": (REFUSED, "is busy (503) and asks to wait"),
    "busy-until": (REFUSED, "is busy (503) and asks to wait"),
    "busy-nonsense": (REFUSED, "status 504"),
    "loop": (REFUSED, "redirects more than 2 times"),
    "moved-thrice": (REFUSED, "redirects more than 2 times"),
    "to-file": (REFUSED, "redirects to 'file:///etc/passwd', which is not followed"),
    "to-ftp": (REFUSED, "which is not followed"),
    "to-nowhere": (REFUSED, "redirects to 'http://:0/', which is not followed"),
    "to-a-login": (REFUSED, "which is not followed"),
    "see-other": (REFUSED, "status 303"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    """The server of this file."""
    with FaultServer() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def elsewhere(graph: Graph, endpoint: str, seconds: float = 5, text: str = "x") -> Answer:
    """Ask the query `words` there."""
    return ask(graph, "words", {"text": text}, endpoint=endpoint, timeout=seconds)


def test_every_fault_has_its_error() -> None:
    """The list of what is expected and that of what is played are the same."""
    assert {fault for fault in FAULTS if not fault.startswith("good")} == set(ERRORS)


@pytest.mark.parametrize("fault", ERRORS)
def test_a_fault_is_one_sentence_in_time(
    small: Graph, server: FaultServer, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its type and its words, comes before the limit and a bit, and leaves nothing running behind."""
    monkeypatch.setattr(wire, "MOST", 5_000_000)
    kind, words = ERRORS[fault]
    started = time.monotonic()

    with pytest.raises(CamiError) as caught:
        elsewhere(small, server.url(fault), SECONDS)

    assert time.monotonic() - started < SECONDS + GRACE
    assert kind is type(caught.value), caught.value
    assert words in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_a_stranger_does_not_lead_into_our_network(
    small: Graph, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server of the open web cannot make us ask one that only we can reach; here its name leads to this machine."""
    inside = wire._is_inside
    monkeypatch.setattr(wire, "_is_inside", lambda address: inside(address) and "localhost" not in address)
    server_by_name = server.url("moved-by-number").replace("127.0.0.1", "localhost")
    monkeypatch.setitem(
        FAULTS, "moved-by-number", lambda handler: handler.reply(status=302, Location=server.url("good"))
    )
    monkeypatch.setenv("no_proxy", "localhost")

    with pytest.raises(wire.RefusedError, match="which is not followed"):
        elsewhere(small, server_by_name)
    for address, expected in {
        "http://10.0.0.1/": True,
        "http://[::1]/": True,
        "http://169.254.169.254/": True,
        "http://8.8.8.8/": False,
    }.items():
        assert expected == inside(address), address


@pytest.mark.parametrize("good", [fault for fault in FAULTS if fault.startswith("good")])
def test_an_answer_is_taken_whole(small: Graph, server: FaultServer, good: str) -> None:
    """Right answers come through: after redirects, after waiting, and below the limit of the server too."""
    answer = elsewhere(small, server.url(good))

    assert ["text", "number", "knownBy", "flag"] == answer.columns
    assert [["word 0", "", "", ""], ["word 1", "", "", ""], ["word 2", "", "", ""]] == rows(answer)
    assert b"text,number,knownBy,flag\r\nword 0,,,\r\nword 1,,,\r\nword 2,,,\r\n" == answer.w3c("csv")


def test_a_dripping_server_leaves_no_thread_behind(small: Graph, server: FaultServer) -> None:
    """With the connection shut, the thread that was reading from it ends."""
    for fault in ("never", "slow-headers", "slow-status", "drip"):
        with pytest.raises(wire.TooLateError):
            elsewhere(small, server.url(fault), 0.3)
    until = time.monotonic() + 3
    while time.monotonic() < until and any("exchange" in thread.name for thread in threading.enumerate()):
        time.sleep(0.05)

    assert [] == [thread.name for thread in threading.enumerate() if "exchange" in thread.name]


def test_the_question_arrives_as_it_was_bound(small: Graph, server: FaultServer) -> None:
    """The same text as here, a short one in the address and a long one in the body, in the name of the project."""
    long = "long " * 500
    for text, redirect in (("short", ""), (long, ""), (long, "-moved")):
        server.asked.clear()
        answer = elsewhere(small, server.url("good" + redirect) + "?default-graph-uri=http://x/", text=text)
        command, path, headers, body = server.asked[-1]
        form = wire_form(path.partition("?")[2] if command == "GET" else body.decode())

        assert ("GET" if text == "short" else "POST") == command
        assert answer.sparql == form["query"] == ask(small, "words", {"text": text}).sparql
        assert headers["User-Agent"].startswith("cami-kg/")
        assert "application/sparql-results+json" in headers["Accept"]
        assert "http://x/" == form["default-graph-uri"]


def wire_form(text: str) -> dict[str, str]:
    """Return the fields of a form as they were sent."""
    from urllib.parse import parse_qsl

    return dict(parse_qsl(text, strict_parsing=True))


def test_busy_servers_are_asked_three_times_at_most(small: Graph, server: FaultServer) -> None:
    """And only where they say when to come back."""
    tries = {}
    for fault in ("busy-0", "status-429", "status-500", "busy-an-hour"):
        server.asked.clear()
        with pytest.raises(wire.RefusedError):
            elsewhere(small, server.url(fault))
        tries[fault] = len(server.asked)

    assert {"busy-0": 3, "status-429": 1, "status-500": 1, "busy-an-hour": 1} == tries


@pytest.mark.parametrize(
    "endpoint",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "localhost:7878", "http://", "http://a:b@127.0.0.1/", "http://x y/", ""],
)
def test_only_addresses_of_the_web_are_asked(small: Graph, endpoint: str) -> None:
    """Anything else is wrong usage."""
    with pytest.raises(UsageError, match="An endpoint is an address of http or https"):
        elsewhere(small, endpoint)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_limit_is_a_time(small: Graph, seconds: float) -> None:
    """Also there is none that never ends."""
    with pytest.raises(UsageError, match="Choose more than 0"):
        elsewhere(small, "http://127.0.0.1:9/", seconds)


def test_a_server_that_is_not_there_is_one_sentence(small: Graph) -> None:
    """As when it was stopped."""
    with FaultServer() as stopped:
        address = stopped.url("good")

    with pytest.raises(wire.UnreachableError, match=r"Connection refused\. See whether the address is right\."):
        elsewhere(small, address)


def test_what_is_wrong_with_a_query_is_said_before_it_is_sent(small: Graph, server: FaultServer) -> None:
    """Updates, errors of grammar and queries that make triples never leave this machine."""
    query = SavedQuery("plain", small.home.root / "plain.rq", "")
    server.asked.clear()
    for text in (
        "DROP ALL",
        "SELECT ?x {",
        "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }",
        "SELECT ?x { SERVICE <http://x/> {} }",
    ):
        with pytest.raises(CamiError):
            run(small, replace(query, text=text), endpoint=server.url("good"))

    assert [] == server.asked


def test_words_in_comments_are_no_update(small: Graph, server: FaultServer) -> None:
    """SPARQLWrapper would take this for an update by the ADD in `address`, and send it as one."""
    text = "# one\n# web address\nSELECT ?text ?number ?knownBy ?flag { }"
    query = SavedQuery("plain", small.home.root / "plain.rq", text)
    server.asked.clear()

    assert 3 == len(run(small, query, endpoint=server.url("good")).rows)
    assert "?query=" in server.asked[0][1]


def test_a_yes_is_an_answer(small: Graph, server: FaultServer) -> None:
    """ASK is answered by a boolean, and by nothing else."""
    query = SavedQuery("plain", small.home.root / "plain.rq", "ASK { ?s ?p ?o }")

    assert [["true"]] == rows(run(small, query, endpoint=server.url("ask")))
    with pytest.raises(wire.NotResultsError, match="answered another question"):
        run(small, query, endpoint=server.url("good"))


def test_an_address_that_fails_again_and_again_is_left_alone(
    small: Graph, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not asked for a while, another is; then one try fails for another while, or all is well again."""
    status = [500]
    monkeypatch.setattr(wire, "COOL_DOWN", 0.5)
    monkeypatch.setitem(FAULTS, "moody", lambda handler: handler.reply(GOOD, status[0]))
    server.asked.clear()

    def refused(words: str) -> None:
        with pytest.raises(wire.RemoteError, match=words):
            elsewhere(small, server.url("moody"))

    for _ in range(wire.FAILURES):
        refused("status 500")
    refused(r"failed 3 times in a row and is left alone for 1 s more\. Ask then\.")
    assert wire.FAILURES == len(server.asked)
    assert 3 == len(elsewhere(small, server.url("good")).rows)

    time.sleep(0.6)
    refused("status 500")
    refused("failed 4 times in a row")
    time.sleep(0.6)
    status[0] = 200
    for _ in range(2):
        assert 3 == len(elsewhere(small, server.url("moody")).rows)
    status[0] = 500
    refused("status 500")


def test_a_wrong_question_is_no_failure_of_the_server(small: Graph, server: FaultServer) -> None:
    """However often it says that it does not understand, it is asked."""
    server.asked.clear()
    for _ in range(wire.FAILURES + 1):
        with pytest.raises(wire.RefusedError, match="status 400"):
            elsewhere(small, server.url("status-400"))

    assert wire.FAILURES + 1 == len(server.asked)


def test_the_answer_that_faults_cut_would_be_right() -> None:
    """So that a part of it is refused for being a part, not for being nonsense."""
    assert GOOD.endswith(b"}]}}")
