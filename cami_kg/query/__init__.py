"""Asking: find a saved query, bind its parameters and the date, and answer it from the graph."""

from __future__ import annotations

from datetime import date

from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph
from cami_kg.query import sparql
from cami_kg.query.bind import Values, bind, terms
from cami_kg.query.day import today
from cami_kg.query.results import Answer, Question
from cami_kg.query.saved import Parameter, SavedQuery, catalogue, find

__all__ = ["Answer", "Parameter", "SavedQuery", "ask", "bind", "catalogue", "find", "prepared", "run", "today"]

_UPDATES = frozenset(("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"))
_READS = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))


def ask(
    graph: Graph,
    name: str,
    values: Values | None = None,
    as_of: date | str | None = None,
    endpoint: str | None = None,
    timeout: float | None = None,
) -> Answer:
    """Answer a saved query.

    Args:
        graph: where to look.
        name: the saved query.
        values: by parameter, a word or several, as `bind.terms` reads them.
        as_of: for queries with `asOf`, the date whose law and state of the world is asked for; today if None.
        endpoint: the address of a SPARQL endpoint to ask instead; the values are still looked up in the graph.
        timeout: how many seconds the endpoint may take, retries included; 60 if None.

    Raises:
        UsageError: the query, a parameter or a value does not exist, or `as_of` has no meaning for the query.
        CamiError: the query cannot be answered.
    """
    return run(graph, find(graph.home, name), values, as_of, endpoint, timeout)


def run(
    graph: Graph,
    query: SavedQuery,
    values: Values | None = None,
    as_of: date | str | None = None,
    endpoint: str | None = None,
    timeout: float | None = None,
) -> Answer:
    """Answer a query that was read from a file, as `ask` does."""
    question = prepared(graph, query, values, as_of)
    if endpoint is None:
        return Answer(graph, query, *question)
    from cami_kg.query.remote import answer

    return answer(graph, query, question, endpoint, timeout)


def prepared(graph: Graph, query: SavedQuery, values: Values | None, as_of: date | str | None) -> Question:
    """Return the text to run for these values, the date that it is for, and the terms in it by parameter."""
    _refuse(query)
    given = dict(values or {})
    if as_of is not None:
        given["asOf"] = as_of
    elif "asOf" in query.params:
        given.setdefault("asOf", today())
    bound = terms(graph, query, given)
    day = date.fromisoformat(bound["asOf"][0].value) if bound.get("asOf") else None
    return bind(query, bound), day, bound


def _refuse(query: SavedQuery) -> None:
    """Refuse what would change the graph, leave this machine, or overflow the parser."""
    if sparql.depth(query.text) > sparql.DEEPEST:
        hint = "Take it apart."
        raise CamiError(f"Brackets nest deeper than {sparql.DEEPEST}.", where=query.path, hint=hint)
    words = [token.keyword for token in sparql.tokens(query.text) if token.keyword]
    if (form := next((word for word in words if word in _READS | _UPDATES), "")) in _UPDATES:
        hint = "Write SELECT, ASK, CONSTRUCT or DESCRIBE."
        raise UsageError(f"The graph is only read, and {form} would change it.", where=query.path, hint=hint)
    if "SERVICE" in words and "federated" not in query.tags:
        hint = "Ask for one graph at a time."
        raise UsageError("The query calls another endpoint by SERVICE.", where=query.path, hint=hint)
