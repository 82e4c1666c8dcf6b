"""What to tell an editor about a result: the fault in a sentence, and what to write instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property

import pyoxigraph as ox
from rdflib import SH

from cami_kg import terms
from cami_kg.bridge import Term
from cami_kg.check.literals import date_advice
from cami_kg.check.rules import Result, plain
from cami_kg.check.shapes import Shapes
from cami_kg.errors import nearest
from cami_kg.graph import Graph
from cami_kg.turtle import Object, written

_TYPE = ox.NamedNode(terms.RDF + "type")
_LABEL = ox.NamedNode(terms.SKOS + "prefLabel")
_DATES = {"xsd:date", "xsd:gYearMonth", "xsd:gYear"}


class Adviser:
    """Explains results with what the graph and the shapes know."""

    def __init__(self, graph: Graph, shapes: Shapes) -> None:
        self._store, self._shapes = graph.store, shapes

    def message(self, result: Result) -> str:
        """Return what is wrong, as a sentence: in the shape's own words, except for an unknown property."""
        if result.component != "Closed":
            return result.message
        return f"{plain(result.path)} is not a property of {self._kind(result.node)}."

    def fix(self, result: Result) -> str | None:
        """Return what to write, as a sentence, or None where the message says it all."""
        if result.path == _TYPE and result.value is not None:
            return self.unknown_class(result)
        if result.component != "Closed" and not self.is_described(result.value):
            return self.unknown_name(result)
        advise = _ADVICE.get(result.component)
        return advise(self, result) if advise else None

    def is_described(self, node: Term | None) -> bool:
        """Tell whether some file says something about a node; what is not ours to describe counts as described."""
        if not isinstance(node, ox.NamedNode) or not node.value.startswith(terms.BASE):
            return True
        return any(True for _ in self._store.quads_for_pattern(node, None, None))

    def unknown_name(self, result: Result) -> str:
        """Name the nearest thing of the same kind as a value that nothing describes."""
        name = plain(result.value)
        near = _nearest_name(name, self._names[name.partition(":")[0]])
        return f"{name} is described nowhere; " + (f"did you mean {near}?" if near else "correct it or describe it.")

    def unknown_class(self, result: Result) -> str | None:
        """Name the nearest class for one that has no shape."""
        classes = sorted(self._shapes.classes())
        if plain(result.value) in classes:
            return None
        near = _nearest_name(plain(result.value), classes)
        return f"Did you mean {near}?" if near else f"Known are {', '.join(classes)}."

    def unknown_property(self, result: Result) -> str:
        """Name the nearest property that the closed shape knows, else all of them."""
        names = sorted(self._shapes.properties(result.shape))
        near = _nearest_name(plain(result.path), names)
        return f"Did you mean {near}?" if near else f"Known are {', '.join(names)}."

    def wrong_class(self, result: Result) -> str:
        """Say what a value is, and what it should be."""
        wanted = " or ".join(_a(self._label(name)) for name in sorted(self._shapes.wanted(result.shape, SH["class"])))
        if isinstance(result.value, ox.Literal):
            return f"Write the short name of {wanted}, without quotes."
        return f"{plain(result.value)} is {self._kind(result.value)}, not {wanted}."

    def missing(self, result: Result) -> str | None:
        """Show the property with `…` in the form that its values have elsewhere, in the same class if there are any."""
        if not isinstance(result.node, ox.NamedNode) or result.path is None:
            return None
        value = self._example(f"{result.node} a ?class . ?other a ?class ; {result.path} ?value")
        value = value or self._example(f"?other {result.path} ?value")
        if isinstance(value, ox.NamedNode) and (name := terms.curie(value.value)):
            return f"Add `{plain(result.path)} {name.partition(':')[0]}:… ;`."
        return f"Add `{plain(result.path)} {_form(value)} ;`."

    def _example(self, pattern: str) -> Object | None:
        query = f"SELECT ?value WHERE {{ {pattern} }} ORDER BY ?value LIMIT 1"
        rows = self._store.query(query, use_default_graph_as_union=True)
        return next((row["value"] for row in rows), None) if isinstance(rows, ox.QuerySolutions) else None

    def too_many(self, result: Result) -> str | None:
        """List the values of which one is to stay."""
        if isinstance(result.node, ox.Literal) or result.path is None:
            return None
        quads = self._store.quads_for_pattern(result.node, result.path, None)
        values = {written(quad.object) for quad in quads if isinstance(quad.object, ox.NamedNode | ox.Literal)}
        return f"Keep one of {', '.join(sorted(values))}." if len(values) > 1 else None

    def wrong_literal(self, result: Result) -> str | None:
        """Say how to write the value with the datatype that the shape wants."""
        wanted = self._shapes.wanted(result.shape, SH.datatype)
        if not isinstance(result.value, ox.Literal) or not wanted:
            return None
        text = written(ox.Literal(result.value.value))
        if wanted & _DATES:
            return date_advice(result.value.value)
        if "rdf:langString" in wanted:
            return f"Say which language it is, such as {text}@en."
        if "xsd:string" in wanted:
            return f"Write {text}, without a language or datatype."
        return f"Write {written(ox.Literal(result.value.value, datatype=ox.NamedNode(terms.expand(min(wanted)))))}."

    def _kind(self, node: Term | None) -> str:
        """Return what a node is, with an article: `a range statement`."""
        if node is None or isinstance(node, ox.Literal):
            return "a text"
        types = (quad.object for quad in self._store.quads_for_pattern(node, _TYPE, None))
        kinds = sorted(plain(kind) for kind in types if isinstance(kind, ox.NamedNode))
        return _a(self._label(kinds[0])) if kinds else "a thing without a class"

    def _label(self, class_: str) -> str:
        """Return the English label of a class in lower case, or its short name."""
        iri = ox.NamedNode(terms.expand(class_) if ":" in class_ and "//" not in class_ else class_)
        labels = [quad.object for quad in self._store.quads_for_pattern(iri, _LABEL, None)]
        english = (text.value for text in labels if isinstance(text, ox.Literal) and text.language == "en")
        return next((_in_sentence(text) for text in english if text), class_)

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """The short names of everything described, by prefix."""
        names: dict[str, list[str]] = defaultdict(list)
        for quad in self._store.quads_for_pattern(None, _TYPE, None):
            if isinstance(quad.subject, ox.NamedNode) and (name := terms.curie(quad.subject.value)):
                names[name.partition(":")[0]].append(name)
        return names


_ADVICE: dict[str, Callable[[Adviser, Result], str | None]] = {
    "Closed": Adviser.unknown_property,
    "Class": Adviser.wrong_class,
    "MinCount": Adviser.missing,
    "MaxCount": Adviser.too_many,
    "Datatype": Adviser.wrong_literal,
    "Node": Adviser.wrong_literal,
    "Or": Adviser.wrong_literal,
}


def _nearest_name(name: str, names: Iterable[str]) -> str | None:
    """Return the short name whose last part looks most like that of `name`; prefixes are easily confused."""
    by_local = {known.partition(":")[2]: known for known in names}
    near = nearest(name.partition(":")[2], by_local, n=1)
    return by_local[near[0]] if near else None


def _form(value: Object | None) -> str:
    """Return `…` as it would stand in Turtle where this value stands: nobody is to copy the value of another thing."""
    if not isinstance(value, ox.Literal) or not written(value).startswith('"'):
        return "…"
    if value.language:
        return written(ox.Literal("…", language=value.language))
    return written(ox.Literal("…", datatype=value.datatype))


def _in_sentence(label: str) -> str:
    """Return a label as it stands within a sentence; a name of several capitals, such as `Red List`, keeps them."""
    is_name = any(char.isupper() for char in label[1:])
    return label if is_name else label[0].lower() + label[1:]


def _a(noun: str) -> str:
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"
