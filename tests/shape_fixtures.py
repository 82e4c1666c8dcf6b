"""Fixtures of the shapes: for each shape a text that passes, and changes to that text that each fail in a known way.

`tests/shape/<Shape>/pass.ttl` is Turtle that keeps the shape and uses all that it allows. `fail.yaml` beside it maps
the name of a change to `replace` (a text in `pass.ttl`; the first one counts) and `by` (what to put there), or to
`add` (what to put at the end), and to `expect`: what is then found, each `<shape> <constraint>`, or only the name of a
rule across nodes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import pyoxigraph as ox
import rdflib
import yaml
from rdflib import OWL, RDF, RDFS, SH, SKOS
from rdflib.term import Node

from cami_kg import terms
from cami_kg.bridge import Term
from cami_kg.check.rules import Result
from cami_kg.check.shapes import Shapes
from cami_kg.graph import Graph
from cami_kg.home import home

HERE = Path(__file__).parent / "shape"
TARGETS = (SH.targetClass, SH.targetSubjectsOf)
NAME = ox.NamedNode(terms.graph_iri("fixture", "text"))


@dataclass(frozen=True)
class Mutation:
    """A text that fails, and the labels of what is found in it."""

    shape: str
    name: str
    text: str
    expected: tuple[str, ...]


@cache
def shapes() -> Shapes:
    """The shapes of the ontology."""
    return Shapes.read(home())


@cache
def passing() -> dict[str, str]:
    """The text that keeps each shape."""
    return {path.parent.name: path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*/pass.ttl"))}


@cache
def mutations() -> tuple[Mutation, ...]:
    """Every change of every shape's text.

    Raises:
        ValueError: a change replaces a text that is not there.
    """
    return tuple(mutation for shape, text in passing().items() for mutation in _changes(shape, text))


def _changes(shape: str, text: str) -> list[Mutation]:
    path = HERE / shape / "fail.yaml"
    found = []
    for name, change in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        old, new = change.get("replace"), change.get("by", "")
        if old is not None and old not in text:
            raise ValueError(f"{path}: {name}: pass.ttl has no text {old!r}.")
        changed = text + change["add"] if old is None else text.replace(old, new, 1)
        expected = change["expect"] if isinstance(change["expect"], list) else [change["expect"]]
        found.append(Mutation(shape, str(name), changed, tuple(sorted(expected))))
    return found


def graph_of(*texts: str) -> Graph:
    """Texts of fixtures, with the invented things and words of the ontology that they name; no text: all things."""
    store = ox.Store()
    for text in texts:
        store.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=NAME)
    wanted = {quad.object for quad in store} if texts else {quad.subject for quad in common()}
    known: set[ox.NamedNode | ox.Literal] = set()
    while new := wanted - known:
        quads = [quad for quad in _surroundings() if quad.subject in new]
        store.extend(quads)
        known |= new
        wanted |= {quad.object for quad in quads}
    store.extend(quad for quad in _surroundings() if quad.object.value == str(OWL.Class))
    return Graph(store, {NAME.value: HERE / "common.ttl"}, home())


def findings(graph: Graph, checked: Shapes | None = None) -> list[Result]:
    """What is found in the text of a fixture, but not in its surroundings."""
    about = {quad.subject for quad in graph.store} - _surrounding_nodes()
    return findings_about(about, graph, checked or shapes())


def findings_about(nodes: set[Term], graph: Graph, checked: Shapes) -> list[Result]:
    """What is found about some nodes; pySHACL gets only the shapes that look at such nodes, to be quick."""
    data = graph.rdflib()
    quads = [quad for quad in graph.store if quad.subject in nodes]
    kinds = {rdflib.URIRef(quad.object.value) for quad in quads if quad.predicate.value == str(RDF.type)}
    present = {rdflib.URIRef(quad.predicate.value) for quad in quads}
    present.update(*(data.transitive_objects(kind, RDFS.subClassOf) for kind in kinds))
    near = _part(checked, frozenset(present & _targets(checked)))
    found = chain(near.validate(data), *(rule.run(graph) for rule in checked.rules))
    return [result for result in found if result.node in nodes]


def label(result: Result) -> str:
    """Return `<shape> <constraint>`, or the name of a rule across nodes."""
    component = "" if result.component == "SPARQL" else f" {result.component[0].lower()}{result.component[1:]}"
    return result.shape.value.removeprefix(terms.BASE + "shape/") + component


def labels(found: Iterable[Result]) -> tuple[str, ...]:
    """Return the labels of some results, sorted, each once."""
    return tuple(sorted({label(result) for result in found}))


@cache
def common() -> tuple[ox.Quad, ...]:
    """The invented things that fixtures speak about."""
    return tuple(ox.parse(path=HERE / "common.ttl", format=ox.RdfFormat.TURTLE))


@cache
def _surroundings() -> tuple[ox.Quad, ...]:
    """The invented things, the classes, and of which class and scheme each concept is."""
    known = {str(RDF.type), str(RDFS.subClassOf), str(SKOS.inScheme)}
    own = home().ontology
    files = [own / "borrowed.ttl", own / "cami.ttl", *sorted((own / "scheme").glob("*.ttl"))]
    words = (quad for path in files for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE))
    quads = chain(common(), (quad for quad in words if quad.predicate.value in known))
    return tuple(ox.Quad(quad.subject, quad.predicate, quad.object, NAME) for quad in quads)


@cache
def _surrounding_nodes() -> frozenset[ox.NamedNode]:
    return frozenset(quad.subject for quad in _surroundings())


@cache
def _targets(checked: Shapes) -> frozenset[Node]:
    """The classes and properties by which shapes find their nodes."""
    return frozenset(target for link in TARGETS for target in checked.core.objects(None, link))


@cache
def _part(checked: Shapes, present: frozenset[Node]) -> Shapes:
    """The shapes that look at nodes of the classes, or with the properties, that are `present`; and those within."""
    core, part = checked.core, rdflib.Graph()
    waiting = {shape for link in TARGETS for shape, target in core.subject_objects(link) if target in present}
    while waiting:
        shape = waiting.pop()
        for triple in core.triples((shape, None, None)):
            part.add(triple)
            if (triple[2], None, None) in core and (triple[2], None, None) not in part:
                waiting.add(triple[2])
    return Shapes(part, checked.rules)
