"""Rules across nodes: queries in the shapes that pyoxigraph runs once over the whole graph.

A `sh:sparql` constraint asks for every focus node at once (`$this` stands free, joined to its target in the query):
pyoxigraph answers that in a hundredth of a second, where pySHACL, asking node by node, needs half a minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox
import rdflib
from rdflib import SH, XSD
from rdflib.term import Node

from cami_kg import terms
from cami_kg.bridge import Term, oxigraph_term
from cami_kg.errors import CamiError
from cami_kg.graph import Graph

_SEVERITIES = {SH.Warning: "warning", SH.Info: "note"}
_TRUE = rdflib.Literal("true", datatype=XSD.boolean)


@dataclass(frozen=True, slots=True)
class Result:
    """One validation result.

    Attributes:
        path: the property, if it is a single one.
        severity: `error`, `warning` or `note`.
        component: the kind of constraint that was not met, such as `MinCount` or `SPARQL`.
        shape: the shape or rule that asks for it; it may have no name.
        message: what its author says about it.
    """

    node: Term
    path: ox.NamedNode | None
    value: Term | None
    severity: str
    component: str
    shape: Term
    message: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A constraint across nodes: a query each of whose rows is a fault."""

    name: Term
    path: ox.NamedNode | None
    severity: str
    message: str
    sparql: str

    def run(self, graph: Graph) -> Iterator[Result]:
        """Run the query over a graph (of source triples only) and yield one result per row.

        Raises:
            CamiError: the query is not SPARQL, or does not give `$this`.
        """
        header = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in terms.prefixes().items())
        try:
            rows = graph.select(header + self.sparql)
        except SyntaxError as error:
            raise self._broken(f"is not SPARQL: {error}") from None
        if not isinstance(rows, ox.QuerySolutions):
            raise self._broken("is not a SELECT query")
        names = [variable.value for variable in rows.variables]
        for row in rows:
            yield self._result({name: term for name, term in zip(names, row, strict=True) if _is_term(term)})

    def _result(self, row: Mapping[str, Term]) -> Result:
        if "this" not in row:
            raise self._broken("gives a row without $this")
        path = row.get("path")
        message = re.sub(r"\{[?$](\w+)\}", lambda match: plain(row.get(match[1])), self.message)
        return Result(
            row["this"],
            path if isinstance(path, ox.NamedNode) else self.path,
            row.get("value"),
            self.severity,
            "SPARQL",
            self.name,
            message,
        )

    def _broken(self, problem: str) -> CamiError:
        return CamiError(f"The rule {plain(self.name)} {problem}.", hint="Correct it in ontology/shape/.")


def take_rules(shapes: rdflib.Graph) -> tuple[Rule, ...]:
    """Take the rules out of a graph of shapes, where pySHACL would run them, and return those that are active."""
    pairs = sorted(shapes.subject_objects(SH.sparql))
    rules = tuple(_rule(shapes, shape, rule) for shape, rule in pairs if is_active(shapes, shape, rule))
    shapes.remove((None, SH.sparql, None))
    return rules


def _rule(core: rdflib.Graph, shape: Node, constraint: Node) -> Rule:
    named = constraint if isinstance(constraint, rdflib.URIRef) else shape
    return Rule(
        oxigraph_term(named),
        as_property(core.value(shape, SH.path)),
        as_severity(core.value(shape, SH.severity)),
        english(core, constraint, SH.message) or english(core, shape, SH.message),
        str(core.value(constraint, SH.select)),
    )


def is_active(core: rdflib.Graph, *nodes: Node) -> bool:
    """Tell whether none of some shapes and rules is switched off by `sh:deactivated`."""
    return not any((node, SH.deactivated, _TRUE) in core for node in nodes)


def as_property(path: Node | None) -> ox.NamedNode | None:
    """Return a path that is a single property, and None for any other."""
    return ox.NamedNode(str(path)) if isinstance(path, rdflib.URIRef) else None


def as_severity(severity: Node | None) -> str:
    """Return `error`, `warning` or `note` for SHACL's severities; without one it is an error."""
    return next((name for known, name in _SEVERITIES.items() if known == severity), "error")


def english(graph: rdflib.Graph, node: Node, property_: Node) -> str:
    """Return the message in English, or the first of what there is."""
    texts = sorted(graph.objects(node, property_), key=lambda text: (getattr(text, "language", "") != "en", str(text)))
    return str(texts[0]) if texts else ""


def plain(term: Term | None) -> str:
    """Return a term as an editor says it: a short name, or a text without its quotes."""
    if term is None:
        return ""
    return (terms.curie(term.value) if isinstance(term, ox.NamedNode) else None) or term.value


def _is_term(term: Term | ox.Triple | None) -> bool:
    return isinstance(term, Term)
