"""What makes a saved query mean the same on every engine: rules that its text can be held to.

The rules read words and braces, not grammar. Each is sound for queries as they are written here; a query that has to
break one is written differently.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pyoxigraph as ox

from cami_kg.graph import Graph
from cami_kg.query.saved import SavedQuery
from cami_kg.query.sparql import Token, ValuesLine, tokens, values_lines
from cami_kg.terms import prefixes

_DATE_PROPERTIES = frozenset(
    (
        "cami:adopted",
        "cami:asOf",
        "cami:assessed",
        "cami:proposed",
        "cami:published",
        "cami:signed",
        "dcterms:issued",
        "eli:date_document",
        "schema:endDate",
        "schema:startDate",
    )
)
_DATE_NAMES = frozenset(("asOf", "from", "knownBy", "until"))
_COMPARISONS = frozenset(("<", ">", "<=", ">="))
_EXPRESSIONS = frozenset(("BIND", "FILTER", "HAVING"))


@dataclass
class Group:
    """What stands between a pair of braces, without the groups inside it.

    Attributes:
        before: the keyword or other text right before the brace.
        outer: the group around it, None for the whole query.
        pieces: its own tokens.
        lines: its own `VALUES ?name { … }`.
    """

    before: str
    outer: Group | None
    pieces: list[Token] = field(default_factory=list)
    lines: list[ValuesLine] = field(default_factory=list)

    @property
    def selects(self) -> bool:
        """Whether it holds a subselect, so that its own words are those around the subselect's pattern."""
        return bool(self.pieces) and self.pieces[0].keyword == "SELECT"

    @property
    def is_pattern(self) -> bool:
        """Whether it is the pattern of the whole query or of a subselect."""
        return self.outer is not None and (self.outer.outer is None or self.outer.selects)


def problems(query: SavedQuery) -> list[str]:
    """Return what is wrong with a saved query, one sentence each; none if it is as it should be."""
    return [problem for rule in RULES for problem in rule(query)]


def advice(query: SavedQuery) -> list[str]:
    """Return what could be better but may be right."""
    words = tokens(query.text)
    if any(first.keyword == "NOT" and second.keyword == "EXISTS" for first, second in pairwise(words)):
        return ["FILTER NOT EXISTS is evaluated row by row; MINUS is faster over many rows."]
    return []


def groups(text: str) -> list[Group]:
    """Return the groups of a query, the whole first; the braces of `VALUES` are no groups."""
    lines = {line.opened: line for line in values_lines(text)}
    found = [Group("", None)]
    stack, before, data = found[:], "", ""  # data: whether the next brace, or this place, is inside of VALUES
    for token in tokens(text):
        mark = token.text if token.kind == "mark" else ""
        if data == "inside":
            data = "" if mark == "}" else data
        elif mark == "{" and data == "next":
            stack[-1].lines += [lines[token.end]] if token.end in lines else []
            data = "inside"
        elif mark == "{":
            found.append(Group(before, stack[-1]))
            stack.append(found[-1])
        elif mark == "}":
            stack.pop()
        else:
            stack[-1].pieces.append(token)
            data = "next" if token.keyword == "VALUES" else data
        before = token.keyword
    return found


def _parameters(query: SavedQuery) -> Iterator[str]:
    """Hold a parameter to one line in every group that uses it; OPTIONAL and EXISTS get it from outside."""
    for group in groups(query.text):
        for name in query.params:
            count = sum(line.name == name for line in group.lines)
            if count > 1:
                yield f"VALUES ?{name} stands twice in one group."
            if not count and _uses(group, name):
                yield f"A group uses ?{name} without a line VALUES ?{name} {{ … }} of its own."


def _uses(group: Group, name: str) -> bool:
    """Whether a group needs the parameter bound inside it."""
    if group.outer is None or group.selects or group.before in ("OPTIONAL", "EXISTS"):
        return False
    if not any(token.variable == name for token in group.pieces):
        return False
    return group.before != "MINUS" or any(token.keyword in _EXPRESSIONS for token in group.pieces)


def _undefined(query: SavedQuery) -> Iterator[str]:
    """Let UNDEF stand only where all engines agree on it: in the pattern of the query or of a subselect."""
    for group in groups(query.text):
        for line in group.lines:
            if line.optional and not group.is_pattern:
                yield f"UNDEF of ?{line.name} stands inside another group; move it to the top or into a subselect."


def _prefixes(query: SavedQuery) -> Iterator[str]:
    """Hold the PREFIX lines to those of the table that are needed."""
    words = tokens(query.text)
    declared = {
        words[at + 1].text[:-1]: words[at + 2].text for at, word in enumerate(words) if word.keyword == "PREFIX"
    }
    used = {word.text.partition(":")[0] for word in words if word.kind == "word" and ":" in word.text[:-1]}
    for prefix, iri in declared.items():
        if prefixes().get(prefix) != iri[1:-1]:
            yield f"PREFIX {prefix}: is not as in ontology/prefixes.ttl."
        if prefix not in used:
            yield f"PREFIX {prefix}: is not used."
    if list(declared) != sorted(declared):
        yield "The PREFIX lines are not sorted."


def _selection(query: SavedQuery) -> Iterator[str]:
    """Ask for named columns in a stated order, and for nothing whose result depends on the engine."""
    whole = groups(query.text)[0]
    words = [token.keyword or token.text for token in tokens(query.text)]
    own = [token.keyword or token.text for token in whole.pieces]
    for at, first in enumerate(words):
        if first == "SELECT" and "*" in words[at + 1 : at + 3] and not words[at + 1].startswith("?"):
            yield "SELECT * hides what is asked for; name the columns."
        if first in ("GROUP_CONCAT", "SAMPLE"):
            yield f"{first} differs between engines; select rows, or MIN of a text."
    if "SELECT" in own and "ORDER" not in own:
        yield "The rows have no ORDER BY."
    if "SERVICE" in words and "federated" not in query.tags:
        yield "SERVICE is only for queries tagged federated."


def _dates(query: SavedQuery) -> Iterator[str]:
    """Have dates, whose precision differs, compared as text."""
    words = [token for token in tokens(query.text) if token.kind != "string"]
    dates = _date_variables(words)
    for at, token in enumerate(words):
        if token.variable not in dates:
            continue
        before, after = words[at - 1], words[at + 1] if at + 1 < len(words) else token
        if _COMPARISONS & {before.text, after.text}:
            yield f"?{token.variable} is compared as a date; compare STR(?{token.variable})."
        if before.text == "(" and words[at - 2].keyword in ("MIN", "MAX"):
            yield f"{words[at - 2].keyword} of ?{token.variable} is that of dates; take that of STR(?{token.variable})."
    for token in _order(words):
        if token.variable in dates:
            yield f"ORDER BY ?{token.variable} orders dates; write STR(?{token.variable})."


def _date_variables(words: list[Token]) -> set[str]:
    """Return variables that hold dates: by their names, as objects of properties, or handed on by BIND."""
    dates = set(_DATE_NAMES)
    for first, second in pairwise(words):
        if first.text in _DATE_PROPERTIES and second.variable:
            dates.add(second.variable)
    for at, token in enumerate(words):
        if token.keyword == "AS" and words[at - 1].variable in dates:
            dates.add(words[at + 1].variable)
    return dates


def _order(words: list[Token]) -> Iterator[Token]:
    """Yield the variables by which rows are ordered as they are, not through STR or another function."""
    inside = False
    for at, token in enumerate(words):
        if token.keyword in ("ORDER", "LIMIT", "OFFSET", "VALUES") or token.text == "}":
            inside = token.keyword == "ORDER"
        elif inside and token.variable:
            function = words[at - 2].keyword if words[at - 1].text == "(" else ""
            if function in ("", "ASC", "DESC", "BY"):
                yield token


def _as_of(query: SavedQuery) -> Iterator[str]:
    """Have a query whose rows depend on a date say how exact theirs are."""
    whole, *inside = groups(query.text)
    if not any(line.name == "asOf" and group.outer is whole for group in inside for line in group.lines):
        return
    found = ox.Store().query(query.text)
    columns = {column.value for column in found.variables} if isinstance(found, ox.QuerySolutions) else set()
    for name in sorted({"from", "until"} - columns):
        yield f"A query with asOf also selects ?{name}."


RULES: tuple[Callable[[SavedQuery], Iterator[str]], ...] = (
    _parameters,
    _undefined,
    _prefixes,
    _selection,
    _dates,
    _as_of,
)
"""Each takes a query and yields what is wrong with it."""


def ties(graph: Graph, sparql: str) -> int:
    """Return how many rows of a SELECT could as well stand elsewhere, as its ORDER BY does not tell them apart.

    What it orders by need not be selected.
    """
    own = groups(sparql)[0].pieces
    words = [token.keyword for token in own]
    keys = list(dict.fromkeys(token.variable for token in own[words.index("ORDER") :] if token.variable))
    selected = own[words.index("SELECT") + (words[words.index("SELECT") + 1] in ("DISTINCT", "REDUCED"))].end
    head = next(at for at, word in enumerate(words) if word in ("FROM", "WHERE", "GROUP", "ORDER"))
    columns = {token.variable for token in own[:head]}
    hidden = "".join(f" ?{key}" for key in keys if key not in columns)
    rows = graph.select(sparql[:selected] + hidden + sparql[selected:])
    alike: dict[tuple[object, ...], set[tuple[object, ...]]] = defaultdict(set)
    for row in rows if isinstance(rows, ox.QuerySolutions) else ():
        alike[tuple(row[key] for key in keys)].add(tuple(row))
    return sum(len(found) for found in alike.values() if len(found) > 1)
