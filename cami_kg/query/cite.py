"""Citing: the sources behind an answer as a reference list, and the answer itself, so that it can be repeated."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlsplit, urlunsplit

import pyoxigraph as ox

from cami_kg.errors import UsageError, nearest
from cami_kg.graph import Graph
from cami_kg.query import layout
from cami_kg.query.names import label, linked, literals, short, slug, things
from cami_kg.query.results import Answer
from cami_kg.terms import ID
from cami_kg.version import code_version, data_hash

_UNKNOWN = "unknown"  # what a source says that does not name its publisher
_ISSUED = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DOI = re.compile(r"https?://(?:dx\.)?doi\.org/(10\.[0-9]{4,9}/\S+)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CSL = {
    "cop-document": "report",
    "dataset": "dataset",
    "encyclopedia": "entry-encyclopedia",
    "journal-article": "article-journal",
    "news": "article-newspaper",
    "report": "report",
    "treaty-page": "webpage",
}
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {mark: "\\" + mark for mark in "#$%&_"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A source as it is cited; texts that the graph does not have are empty.

    Attributes:
        node: its IRI.
        kind: the last part of its `cami:sourceKind`.
        language: that of the title, where it is said.
        issued: a year, month or day, such as 2019-09.
    """

    node: ox.NamedNode
    kind: str
    title: str
    language: str
    publisher: str
    issued: str
    url: str

    @property
    def key(self) -> str:
        """The name to cite it by: the last part of its IRI, for sources of other graphs the whole of it."""
        name = self.node.value.removeprefix(ID + "source/")
        return re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-")

    @property
    def parts(self) -> list[int]:
        """The date as numbers: year, month and day, as many as are known."""
        found = _ISSUED.fullmatch(self.issued)
        return [int(part) for part in found.groups() if part] if found else []

    @property
    def doi(self) -> str:
        """The DOI that the address leads to, or an empty string."""
        found = _DOI.fullmatch(self.url)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Citation:
    """What somebody needs to cite an answer and to repeat it.

    Attributes:
        name, query: the saved query, and its IRI; for a file of one's own only its name, and an empty IRI.
        query_hash: SHA-256 of the text of the query as saved (UTF-8).
        values: the values given, as a person would write them, by parameter.
        as_of: the date asked for, None if the query has none.
        endpoint: where it was asked, None for the graph at hand.
        rows: how many rows there were.
        released: the date of the data, None if it was not said.
        data_hash: what `version.data_hash` says of the graph at hand.
        references: the sources behind the rows.
    """

    name: str
    query: str
    query_hash: str
    values: dict[str, list[str]]
    as_of: date | None
    endpoint: str | None
    rows: int
    released: date | None
    data_hash: str
    references: list[Reference]

    @property
    def title(self) -> str:
        """The answer's title."""
        given = "; ".join(f"{name}: {', '.join(values)}" for name, values in self.values.items())
        day = f" as of {self.as_of}" if self.as_of else ""
        return f"Answer to the query {self.name}{f' ({given})' if given else ''}{day}"

    @property
    def data(self) -> str:
        """Which data was asked."""
        if self.endpoint:
            return f"asked at {self.endpoint}"
        return f"data{f' of {self.released}' if self.released else ''}, SHA-256 {self.data_hash}"

    @property
    def text(self) -> str:
        """The query by its IRI and hash, and the number of rows."""
        rows = f"{self.rows} row{'' if self.rows == 1 else 's'}"
        return f"{self.query or self.name}, SHA-256 {self.query_hash}; {rows}"


def cite(answer: Answer, released: date | None = None) -> Citation:
    """Return what cites an answer.

    Args:
        answer: what was found.
        released: the date of the data, as `cami --version` says it.
    """
    graph, query = answer.graph, answer.query
    saved = graph.home.queries / f"{query.name}.rq"
    given = {name: list(map(_written, terms)) for name, terms in answer.bound.items() if terms and name != "asOf"}
    return Citation(
        name=query.name,
        query=query.iri if saved.absolute() == query.path.absolute() else "",
        query_hash=hashlib.sha256(query.text.encode()).hexdigest(),
        values=given,
        as_of=answer.as_of,
        endpoint=_without_user(answer.endpoint) if answer.endpoint else None,
        rows=len(answer.rows),
        released=released,
        data_hash=data_hash(graph),
        references=[_reference(graph, source) for source in answer.sources],
    )


def render(citation: Citation, form: str = "text", *, markdown: bool = False) -> str:
    """Return a citation as text.

    Args:
        citation: what `cite` returned.
        form: one of `FORMS`.
        markdown: for a page of Markdown, which takes other text for markup.

    Raises:
        UsageError: there is no such form.
    """
    if form not in FORMS:
        near = nearest(form[:60], FORMS) or FORMS
        raise UsageError(f"There is no citation as {form[:60]!r}.", hint=f"Choose {', '.join(near)}.")
    if form == "text":
        return _text(citation, layout.markdown if markdown else layout.plain)
    written = FORMS[form](citation)
    return f"```{'json' if form == 'csl' else form}\n{written}```\n" if markdown else written


def bibliography(graph: Graph, form: str) -> str:
    """Return all sources of a graph, sorted by IRI, as one text in UTF-8.

    Args:
        graph: the graph.
        form: `bibtex`, or `csl` for CSL-JSON.
    """
    references = [_reference(graph, source) for _, source in sorted(things(graph, "cami:Source").items())]
    if form == "bibtex":
        return "\n".join(map(_entry, references))
    return _items(map(_item, references))


def _reference(graph: Graph, source: ox.NamedNode) -> Reference:
    def first(predicate: str) -> str:
        return min((layout.plain(one.value) for one in literals(graph, source, predicate)), default="")

    title = layout.plain(label(graph, source) or "")
    languages = [one.language or "" for one in literals(graph, source, "dcterms:title") if one.value == title]
    publisher = first("dcterms:publisher")
    return Reference(
        node=source,
        kind=min(map(slug, linked(graph, source, "cami:sourceKind")), default=""),
        title=title or short(source),
        language=min(languages, default=""),
        publisher="" if publisher == _UNKNOWN else publisher,
        issued=first("dcterms:issued"),
        url=_web(first("schema:url")),
    )


def _written(term: ox.NamedNode | ox.Literal) -> str:
    return layout.plain(short(term) if isinstance(term, ox.NamedNode) else term.value)


def _web(address: str) -> str:
    """Return a web address with everything escaped that could end it early; other addresses are left out."""
    return quote(address, safe="%/:?#[]@!$&'()*+,;=~") if re.match("https?://", address) else ""


def _without_user(endpoint: str) -> str:
    """Return the address of an endpoint without the name and password that may stand in it."""
    parts = urlsplit(endpoint)
    return _web(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))


def _text(citation: Citation, shown: Callable[[str], str]) -> str:
    """Return the list for people: each source on a line, then the answer itself."""
    lines = [f"Sources ({len(citation.references)})", ""] if citation.references else []
    lines += [f"- {_line(reference, shown)}" for reference in citation.references]
    lines += [""] if citation.references else []
    answer = f"{citation.title}. cami-kg {code_version()}, {citation.data}; query {citation.text}."
    return "\n".join([*lines, f"Cite this answer: {shown(answer)}"]) + "\n"


def _line(reference: Reference, shown: Callable[[str], str]) -> str:
    by = f"{shown(reference.publisher)} " if reference.publisher else ""
    end = "" if reference.title.endswith((".", "?", "!")) else "."
    address = f" <{reference.url}>" if reference.url else ""
    issued = shown(reference.issued) or "no date"
    return f"{by}({issued}): {shown(reference.title)}{end}{address} {shown(short(reference.node))}"


def _bibtex(citation: Citation) -> str:
    """Return entries that classic BibTeX and biblatex both read; letters beyond ASCII stay as they are, in UTF-8."""
    entries = [_entry(reference) for reference in citation.references]
    fields = {
        "title": f"{{{_escaped(citation.title)}}}",
        "howpublished": _escaped(f"cami-kg {code_version()}, {citation.data}"),
        "year": str(citation.released.year) if citation.released else "",
        "url": citation.query,
        "note": _escaped(f"Query {citation.text}"),
    }
    return "\n".join([*entries, _braced("misc", _answer_key(citation), fields)])


def _entry(reference: Reference) -> str:
    kind, by = ("techreport", "institution") if reference.kind == "report" else ("misc", "howpublished")
    parts = reference.parts
    month = _MONTHS[parts[1] - 1] if len(parts) > 1 and 1 <= parts[1] <= len(_MONTHS) else ""
    fields = {
        "title": f"{{{_escaped(reference.title)}}}",
        by: _escaped(reference.publisher),
        "year": f"{parts[0]:04}" if parts else "",
        "month": month,
        "doi": reference.doi,
        "url": reference.url,
        "note": _escaped(short(reference.node)),
    }
    return _braced(kind, reference.key, fields)


def _braced(kind: str, key: str, fields: dict[str, str]) -> str:
    """Return an entry; months are macros of BibTeX and stand without braces."""
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"]) + "\n"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)


def _answer_key(citation: Citation) -> str:
    return "cami-kg-" + (re.sub(r"[^A-Za-z0-9.-]+", "-", citation.name).strip("-") or "answer")


def _csl(citation: Citation) -> str:
    """Return a list of CSL-JSON items."""
    answer: dict[str, object] = {
        "id": _answer_key(citation),
        "type": "dataset",
        "title": citation.title,
        "publisher": "cami-kg",
        "version": f"cami-kg {code_version()}, {citation.data}",
        "issued": _date_parts([*citation.released.timetuple()[:3]] if citation.released else []),
        "URL": citation.query,
        "note": f"Query {citation.text}",
    }
    return _items([*map(_item, citation.references), answer])


def _items(items: Iterable[dict[str, object]]) -> str:
    import json

    return json.dumps([_filled(item) for item in items], ensure_ascii=False, indent=2) + "\n"


def _item(reference: Reference) -> dict[str, object]:
    return {
        "id": reference.key,
        "type": _CSL.get(reference.kind, "document"),
        "title": reference.title,
        "publisher": reference.publisher,
        "issued": _date_parts(reference.parts),
        "language": reference.language,
        "DOI": reference.doi,
        "URL": reference.url,
        "note": short(reference.node),
    }


def _date_parts(parts: Iterable[int]) -> dict[str, object]:
    return {"date-parts": [list(parts)]} if parts else {}


def _filled(item: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in item.items() if value}


FORMS: dict[str, Callable[[Citation], str]] = {
    "text": lambda citation: _text(citation, layout.plain),
    "bibtex": _bibtex,
    "csl": _csl,
}
"""How citations are written, by the word of `--cite`."""
