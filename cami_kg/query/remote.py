"""The same saved query on a SPARQL endpoint elsewhere: a whole answer that fits the question, or an error.

The words of the caller get their meaning from the graph at hand, and so do the labels; only the rows come from there.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, quote_plus, urlsplit, urlunsplit
from urllib.request import Request

import pyoxigraph as ox
from SPARQLWrapper import ASK, GET, JSON, POST, SELECT, SPARQLWrapper

from cami_kg.errors import UsageError
from cami_kg.graph import Graph
from cami_kg.query import wire
from cami_kg.query.layout import plain
from cami_kg.query.results import Answer, Question
from cami_kg.query.saved import SavedQuery
from cami_kg.version import code_version

LONGEST_ADDRESS = 2000
"""How many characters a question may have in an address; a longer one is sent by POST."""

AGENT = f"cami-kg/{code_version()} (+https://w3id.org/cami/) SPARQLWrapper"
"""What we call ourselves, so that who runs an endpoint can find us."""

_JSON = frozenset(("application/sparql-results+json", "application/json"))
_PARTIAL = ("X-SQL-State", "X-SQL-Message")  # Virtuoso's word for an answer that its own time limit cut short
_CAP = "X-SPARQL-MaxRows"

Columns = list[str] | None
"""The variables that a query selects; None for ASK."""


class RemoteAnswer(Answer):
    """An answer from elsewhere: the terms as they came, with labels from the graph at hand."""

    def __init__(self, graph: Graph, query: SavedQuery, question: Question, endpoint: str, body: bytes) -> None:
        self._body, self.endpoint = body, endpoint
        super().__init__(graph, query, *question)

    def _run(self) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        return ox.parse_query_results(self._body, format=ox.QueryResultsFormat.JSON)


def answer(
    graph: Graph, query: SavedQuery, question: Question, endpoint: str, seconds: float | None = None
) -> RemoteAnswer:
    """Answer a question on an endpoint.

    Args:
        graph: where labels are looked up.
        query: the saved query.
        question: what to run.
        endpoint: the address where it is asked by the SPARQL protocol; its default graph is the union of all graphs.
        seconds: how long all of it may take; 60 if None.

    Raises:
        UsageError: the endpoint is no address of http or https, or the query makes triples.
        RemoteError: there is no whole answer in time; says why.
    """
    columns = _columns(graph, query, question[0])
    reply = wire.send(
        _request(wire.checked(endpoint), question[0], columns), wire.SECONDS if seconds is None else seconds
    )
    host = urlsplit(endpoint).netloc
    _refuse_another_form(host, reply)
    _refuse_a_part(host, reply, _count(host, reply.body, columns))
    return RemoteAnswer(graph, query, question, endpoint, reply.body)


def _columns(graph: Graph, query: SavedQuery, sparql: str) -> Columns:
    """Return the columns that the answer must have; what is no SPARQL is refused here already."""
    nothing = Graph(ox.Store(), {}, graph.home)
    if Answer(nothing, query, sparql).makes_triples:  # before that, it says what is wrong with the text, and where
        hint = "Ask it here, without --endpoint."
        raise UsageError("A query that makes triples is not asked elsewhere.", where=query.path, hint=hint)
    found = nothing.select(sparql)
    return [variable.value for variable in found.variables] if isinstance(found, ox.QuerySolutions) else None


def _request(endpoint: str, sparql: str, columns: Columns) -> Request:
    """Return the question as SPARQLWrapper writes it.

    SPARQLWrapper 2 also sends and reads, but with a limit for each read only, by urllib's redirects, and believing
    whatever comes. So its request is taken (by a method that is private, hence the narrow range in pyproject.toml), and
    `wire` does the rest.
    """
    parts = urlsplit(endpoint)
    wrapper = SPARQLWrapper(urlunsplit((*parts[:3], "", "")), agent=AGENT)
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        wrapper.addParameter(name, value)
    wrapper.setOnlyConneg(True)
    wrapper.setReturnFormat(JSON)
    wrapper.setMethod(POST if len(quote_plus(sparql)) + len(endpoint) > LONGEST_ADDRESS else GET)
    wrapper.setQuery(sparql)
    wrapper.queryType = ASK if columns is None else SELECT  # it guesses, by words of the comments too
    return wrapper._createRequest()


def _refuse_another_form(host: str, reply: wire.Reply) -> None:
    """Refuse what is no result in JSON by its own account; nobody asked to compress it either."""
    coding = reply.headers.get("Content-Encoding", "identity")
    if reply.status == 200 and reply.kind in _JSON and coding.lower() == "identity":
        return
    what = plain(reply.kind[:60]) or "something without a type"
    how = f"status {reply.status}" if coding.lower() == "identity" else f"compressed by {plain(coding[:20])}"
    hint = "See whether the address is that of a SPARQL endpoint."
    raise wire.NotResultsError(f"{host} sent {what} ({how}) instead of SPARQL results in JSON.", hint=hint)


def _count(host: str, body: bytes, columns: Columns) -> int:
    """Return how many rows an answer has; refuse what is none to this question."""
    read = _read(body)
    if isinstance(read, str):
        hint = "Try again; if that does not help, ask who runs it."
        raise wire.NotResultsError(f"{host} sent no SPARQL results: {plain(read)[:160].rstrip(' .')}.", hint=hint)
    has, count = read
    if has != columns:
        hint = "See whether the address is that of a SPARQL endpoint."
        raise wire.NotResultsError(f"{host} answered another question: the columns are not those asked for.", hint=hint)
    return count


def _read(body: bytes) -> tuple[Columns, int] | str:
    """Read all of an answer and return its columns and how many rows it has, or what is wrong with it.

    Nothing is raised from here: a traceback would keep the engine's results, which must die in the thread they are of.
    """
    try:
        found = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        if not isinstance(found, ox.QuerySolutions):
            return None, 1
        return [variable.value for variable in found.variables], sum(1 for _ in found)
    except (SyntaxError, ValueError) as error:
        return str(error)


def _refuse_a_part(host: str, reply: wire.Reply, rows: int) -> None:
    """Refuse an answer of which the server says that it left rows out, or that has as many as it gives at most."""
    cap = reply.headers.get(_CAP, "").strip()
    capped = bool(cap) and (not cap.isdecimal() or rows >= int(cap[:12]))
    if capped or any(name in reply.headers for name in _PARTIAL):
        why = f"it gives {plain(cap[:12])} rows at most" if capped else "it stopped at its own limit"
        raise wire.IncompleteError(f"The answer of {host} is incomplete: {why}.", hint="Ask for less at once.")
