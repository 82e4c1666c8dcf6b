"""Answers, and how they are written: tables for people, the W3C formats for machines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cami_kg.errors import CamiError, UsageError, nearest
from cami_kg.graph import Graph
from cami_kg.query import layout
from cami_kg.query.names import label, language, linked, literals, node, short
from cami_kg.query.saved import SavedQuery
from cami_kg.query.sparql import Cell, Term
from cami_kg.terms import ID, XSD, prefixes

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow as pa

Question = tuple[str, date | None, dict[str, list[Term]]]
"""The text to run, the date that it is for, and the terms that were given for parameters."""

_W3C = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
_BARE = {"json": ('"bindings":[]}}',), "xml": ("<results/></sparql>", "<results></results></sparql>")}
_SOURCE = "source"
_NOTEBOOK = 50  # rows that a notebook shows
_CLAIM = "claim"
_FAILURES = (SyntaxError, ValueError, RuntimeError, OSError)


class Answer:
    """What a query found in a graph.

    Attributes:
        query: the query as saved.
        sparql: the text that was run, parameters bound.
        as_of: the date that was asked for, None if the query has no `asOf`.
        bound: the terms that were given, by parameter.
        endpoint: the address where it was run, None for the graph at hand.
    """

    endpoint: str | None = None

    def __init__(
        self,
        graph: Graph,
        query: SavedQuery,
        sparql: str,
        as_of: date | None = None,
        bound: Mapping[str, Sequence[Term]] | None = None,
    ) -> None:
        self.graph, self.query, self.sparql, self.as_of, self.bound = graph, query, sparql, as_of, bound or {}
        self._fresh: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples | None = self._run()
        self.makes_triples = isinstance(self._fresh, ox.QueryTriples)

    def _run(self) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        try:
            return self.graph.select(self.sparql)
        except _FAILURES as error:
            raise _failure(self.query, error) from None

    def _found(self) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Return an unread result: the first, or that of another run, as a result can be read only once."""
        found, self._fresh = self._fresh or self._run(), None
        return found

    @cached_property
    def columns(self) -> list[str]:
        """The selected variables; for other forms of query `answer`, or the parts of a triple."""
        self._fresh = found = self._found()
        if isinstance(found, ox.QuerySolutions):
            return [variable.value for variable in found.variables]
        return ["subject", "predicate", "object"] if self.makes_triples else ["answer"]

    @cached_property
    def rows(self) -> list[tuple[Cell, ...]]:
        """The terms found, one tuple for each row; None where nothing is bound."""
        found = self._found()
        try:
            if isinstance(found, ox.QueryBoolean):
                return [(ox.Literal(bool(found)),)]
            if isinstance(found, ox.QueryTriples):
                return [(triple.subject, triple.predicate, triple.object) for triple in found]
            return [tuple(row) for row in found]
        except _FAILURES as error:
            raise _failure(self.query, error) from None

    @property
    def has_read_rows(self) -> bool:
        """Whether `rows` is at hand, so that looking at it does not ask again."""
        return "rows" in vars(self)

    def _repr_html_(self) -> str:
        """Return the first rows as a table, which notebooks show; a row is folded and labelled as in `table`."""
        from cami_kg.page import page

        return page("table.html", **_cells(self, "en", _NOTEBOOK))

    @cached_property
    def sources(self) -> list[ox.NamedNode]:
        """The sources behind the rows, in order of IRI: those in columns of sources, and those of claims in `claim`."""
        cited: set[ox.NamedNode] = set()
        for place, column in enumerate(self.columns):
            things = {row[place] for row in self.rows}
            nodes = [thing for thing in things if isinstance(thing, ox.NamedNode)]
            if column.casefold().endswith(_SOURCE):
                cited.update(nodes)
            elif column == _CLAIM:
                cited.update(self._behind(nodes))
        return sorted(cited, key=lambda source: source.value)

    def _behind(self, claims: list[ox.NamedNode]) -> Iterator[ox.NamedNode]:
        """Yield the sources of claims; where `knownBy` was given, only those that it lets count."""
        day = next((term.value for term in self.bound.get("knownBy", ())), None)
        for source in (source for claim in claims for source in linked(self.graph, claim, "prov:wasDerivedFrom")):
            if day is None or all(issued.value <= day for issued in literals(self.graph, source, "dcterms:issued")):
                yield source

    def labels(self, lang: str = "en") -> dict[str, str]:
        """Return the label in a language of everything in the rows that has one, by IRI; sources have CURIEs."""
        things = {cell for row in self.rows for cell in row if isinstance(cell, ox.NamedNode)}
        named = (thing for thing in things if not thing.value.startswith(ID + "source/"))
        return {thing.value: text for thing in named if (text := label(self.graph, thing, lang))}

    def arrow(self) -> pa.Table:
        """Return the rows as a table of Arrow, typed; its metadata say which query was asked of which data."""
        from cami_kg.query import frames
        from cami_kg.version import data_hash

        about = {"query": self.query.name, "sparql": self.sparql, "data_hash": data_hash(self.graph)}
        about |= {"as_of": self.as_of.isoformat()} if self.as_of else {}
        about |= {"endpoint": self.endpoint} if self.endpoint else {}
        return frames.table(self.columns, self.rows, about)

    def pandas(self) -> pandas.DataFrame:
        """Return the rows as a frame of pandas, with the types of `arrow`."""
        from cami_kg.query import frames

        return frames.pandas(self.arrow())

    def polars(self) -> polars.DataFrame:
        """Return the rows as a frame of Polars, with the types of `arrow`.

        Raises:
            CamiError: Polars is not installed.
        """
        from cami_kg.query import frames

        return frames.polars(self.arrow())

    def w3c(self, format: str) -> bytes:  # noqa: A002 - the word of the command line
        """Return the answer in a W3C format for results: csv, tsv, json or xml."""
        found = self._found()
        if isinstance(found, ox.QueryTriples):
            raise UsageError(f"The query makes triples, which are not written as {format}.", hint="Choose ttl.")
        try:
            return found.serialize(format=_W3C[format]) or b""
        except _FAILURES as error:
            raise _failure(self.query, error) from None

    def turtle(self) -> bytes:
        """Return the triples that a query made as Turtle, sorted."""
        found = self._found()
        if not isinstance(found, ox.QueryTriples):
            raise UsageError("The query makes no triples to write as ttl.", hint="Choose table, csv, tsv, json or xml.")
        triples = sorted(set(found), key=str)
        return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=_used(triples)) or b""


def render(answer: Answer, format: str = "table", *, lang: str = "en", width: int | None = None) -> str:  # noqa: A002
    """Return an answer as text.

    Args:
        answer: what was found.
        format: one of `FORMATS` that is text, so not parquet.
        lang: the language of labels, in formats for people.
        width: how wide a table may be, in columns of a terminal; None does not limit it.

    Raises:
        UsageError: there is no such format or language, or the answer does not fit the format.
    """
    made = _made(answer, format, lang, width)
    if isinstance(made, bytes):
        raise UsageError(f"{format} is no text.", hint="Call `rendered`, which returns bytes.")
    return made


def rendered(answer: Answer, format: str = "table", *, lang: str = "en", width: int | None = None) -> bytes:  # noqa: A002
    """Return an answer as the bytes of a file in any of `FORMATS`; text is UTF-8, and all else is as for `render`."""
    made = _made(answer, format, lang, width)
    return made if isinstance(made, bytes) else made.encode()


def _made(answer: Answer, format: str, lang: str, width: int | None) -> str | bytes:  # noqa: A002
    if format not in FORMATS:
        near = nearest(format[:60], FORMATS) or FORMATS
        raise UsageError(f"There is no format {format[:60]!r}.", hint=f"Choose {', '.join(near)}.")
    return FORMATS[format](answer, language(answer.graph, lang), width)


def is_empty(text: str, format: str) -> bool:  # noqa: A002
    """Tell whether an answer that was written in a format for machines has no rows, without asking again."""
    if format in ("csv", "tsv"):
        return text.count("\n") == 1
    return text.rstrip().endswith(_BARE.get(format, ())) if text.strip() else format == "ttl"


def _table(answer: Answer, lang: str, width: int | None) -> str:
    labels, kept = _words(answer, lang), _telling(answer)
    columns, rows = [answer.columns[column] for column in kept], []
    for row, more in _folded(answer):
        cells = [layout.plain(_text(row[column], labels)) for column in kept]
        rows.append([_with_more(cell, more, name) for cell, name in zip(cells, columns, strict=True)])
    return layout.table(columns, rows, width)


def _words(answer: Answer, lang: str) -> dict[str, str]:
    """Return what people read for things, by IRI, and for texts that are the English label of things, by the text."""
    words, graph = answer.labels(lang), answer.graph
    texts = {cell for row in answer.rows for cell in row if isinstance(cell, ox.Literal) and cell.language == "en"}
    for text in texts if lang != "en" else ():
        named = graph.store.quads_for_pattern(None, node("skos:prefLabel"), text)
        found = {label(graph, quad.subject, lang) for quad in named if isinstance(quad.subject, ox.NamedNode)}
        if names := sorted(name for name in found if name and name != text.value):
            words[str(text)] = names[0]
    return words


def _folded(answer: Answer) -> Iterator[tuple[tuple[Cell, ...], int]]:
    """Yield rows for people: of neighbours that differ in their source only the first, and how many it stands for."""
    place = answer.columns.index(_SOURCE) if _SOURCE in answer.columns else None

    def rest(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return row if place is None else row[:place] + row[place + 1 :]

    for _, group in groupby(answer.rows, rest):
        first, *others = group
        yield first, len(others)


def _with_more(text: str, more: int, column: str) -> str:
    return f"{text} +{more}" if more and column == _SOURCE else text


def _telling(answer: Answer) -> list[int]:
    """Return the columns that tell a reader something: none that is empty in all rows, nor a label said twice."""
    english = answer.labels("en")

    def repeats(column: int) -> bool:
        """Tell whether this is the English label beside the thing that is shown by its label anyway."""
        pairs = ((row[column - 1], row[column]) for row in answer.rows)
        return answer.columns[column].casefold().endswith("label") and all(
            _text(named, {}) == _text(thing, english) for thing, named in pairs
        )

    columns = range(len(answer.columns))
    telling = [column for column in columns if any(row[column] is not None for row in answer.rows)]
    return [column for column in telling if not (column and repeats(column))] or list(columns)


def _markdown(answer: Answer, lang: str, _width: int | None) -> str:
    labels, kept = _words(answer, lang), _telling(answer)
    columns = [answer.columns[column] for column in kept]
    lines = [columns, ["---"] * len(columns)]
    for row, more in _folded(answer):
        cells = [_linked(row[column], labels) for column in kept]
        lines.append([_with_more(cell, more, name) for cell, name in zip(cells, columns, strict=True)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cells(answer: Answer, lang: str, most: int | None = None) -> dict[str, object]:
    """Return what the templates of tables take: columns, rows of text and address, and how many more rows there are."""
    labels, kept, folded = _words(answer, lang), _telling(answer), list(_folded(answer))
    columns = [answer.columns[column] for column in kept]
    rows = [
        [(_with_more(_text(row[place], labels), more, answer.columns[place]), _address(row[place])) for place in kept]
        for row, more in folded[:most]
    ]
    return {"lang": lang, "columns": columns, "rows": rows, "more": len(folded) - len(rows)}


def _html(answer: Answer, lang: str, _width: int | None) -> str:
    from cami_kg.page import page
    from cami_kg.version import data_hash

    query = answer.query
    about = {"title": query.summary or query.name, "description": query.description, "name": query.name}
    said = {"as_of": answer.as_of, "endpoint": answer.endpoint, "hash": data_hash(answer.graph)}
    return page("answer.html", **about, **said, **_cells(answer, lang))


def _geojson(answer: Answer, lang: str, _width: int | None) -> str:
    from cami_kg.query import geojson

    return geojson.collection(answer.graph, answer.columns, answer.rows, answer.labels(lang))


def _parquet(answer: Answer, _lang: str, _width: int | None) -> bytes:
    from cami_kg.query import frames

    return frames.parquet(answer.arrow())


FORMATS: dict[str, Callable[[Answer, str, int | None], str | bytes]] = {
    "table": _table,
    "csv": lambda answer, _lang, _width: answer.w3c("csv").decode(),
    "tsv": lambda answer, _lang, _width: answer.w3c("tsv").decode(),
    "json": lambda answer, _lang, _width: answer.w3c("json").decode(),
    "xml": lambda answer, _lang, _width: answer.w3c("xml").decode(),
    "md": _markdown,
    "html": _html,
    "ttl": lambda answer, _lang, _width: answer.turtle().decode(),
    "geojson": _geojson,
    "parquet": _parquet,
}
"""How answers are written, by the word of `--format`; `ttl` is for queries that make triples, csv to xml for others."""


def _text(cell: Cell, labels: dict[str, str]) -> str:
    """Return a cell as people read it: a label, CURIE or IRI, or the text of a literal."""
    if isinstance(cell, ox.NamedNode):
        return labels.get(cell.value) or short(cell)
    if isinstance(cell, ox.Literal):
        return labels.get(str(cell)) or cell.value
    return "" if cell is None else str(cell)


def _linked(cell: Cell, labels: dict[str, str]) -> str:
    """Return a cell for Markdown: a link for web addresses, everything else as text that is no markup."""
    text = layout.markdown(_text(cell, labels))
    address = _address(cell)
    if not re.match("https?://", address):
        return text
    return f"[{text}]({re.sub(r'[^!#-&*-;=?-Z_a-z~]', _percent, address)})"


def _address(cell: Cell) -> str:
    if isinstance(cell, ox.NamedNode):
        return cell.value
    return cell.value if isinstance(cell, ox.Literal) and cell.datatype.value == XSD + "anyURI" else ""


def _percent(character: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in character.group().encode())


def _used(triples: Iterable[ox.Triple]) -> dict[str, str]:
    text = "".join(map(str, triples))
    return {prefix: namespace for prefix, namespace in prefixes().items() if f"<{namespace}" in text}


def _failure(query: SavedQuery, error: Exception) -> CamiError:
    """Return the engine's complaint as one sentence, with the line in the file where it names one."""
    if not isinstance(error, SyntaxError):
        return CamiError(f"The query failed: {error}.", where=query.path)
    problem, where = _first_error(query.text) or str(error), str(query.path)
    if found := re.match(r"error at (\d+):(\d+): ", problem):
        where, problem = f"{where}:{found[1]}:{found[2]}", problem[found.end() :]
    problem = re.sub(r"\s+", " ", problem)
    problem = problem if len(problem) <= 200 else problem[:199] + "…"
    return CamiError(f"The query is not SPARQL: {problem}.", where=where, hint="Correct it there.")


def _first_error(text: str) -> str:
    """Return where the file itself stops being SPARQL; binding may have moved the lines of what was run."""
    try:
        ox.Store().query(text)
    except SyntaxError as error:
        return str(error)
    return ""
