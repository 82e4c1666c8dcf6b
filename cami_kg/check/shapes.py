"""The shapes: what pySHACL checks node by node, apart from the rules across nodes, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import pyoxigraph as ox
import pyshacl
import rdflib
from rdflib import RDF, RDFS, SH
from rdflib.collection import Collection
from rdflib.term import Node

from cami_kg.bridge import Term, oxigraph_term, rdflib_term, to_rdflib
from cami_kg.check.rules import Result, Rule, as_property, as_severity, english, is_active, plain, take_rules
from cami_kg.errors import CamiError, parse_error
from cami_kg.home import Home

_TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
_LISTS = (SH["or"], SH["and"], SH.xone)
_INNER = (SH.node, SH.property, *_LISTS)


@dataclass(frozen=True)
class Shapes:
    """All shapes of the ontology.

    Attributes:
        core: the shapes as they are written, without their rules.
        rules: the `sh:sparql` constraints.
    """

    core: rdflib.Graph
    rules: tuple[Rule, ...]

    @classmethod
    def read(cls, home: Home) -> Shapes:
        """Read `ontology/shape/*.ttl`.

        Raises:
            CamiError: there is none, or one is not Turtle.
        """
        core = to_rdflib(_parsed(home))
        rules = take_rules(core)
        return cls(core, rules)

    @cached_property
    def flat(self) -> rdflib.Graph:
        """The core shapes, said in a way that takes pySHACL a third of the time."""
        return _flat(self.core)

    def targets(self, data: rdflib.Graph) -> set[Term]:
        """Return the focus nodes: every node of `data` that some shape is about."""
        shapes = {shape for link in _TARGETS for shape in self.core.subjects(link)}
        return {oxigraph_term(node) for shape in shapes for node in _targets(self.core, shape, data)}

    def validate(self, data: rdflib.Graph, only: Set[Term] | None = None) -> Iterator[Result]:
        """Let pySHACL check `data`, or only some of its nodes, against the core shapes."""
        shapes = self.flat if only is None else _aimed(self.flat, data, {rdflib_term(node) for node in only})
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
        if isinstance(report, rdflib.Graph):
            for result in report.objects(None, SH.result):
                yield _result(report, result)

    def named(self, shape: Term) -> Term:
        """Return the shape itself if it has a name, else the nearest shape with one around it."""
        node: Node | None = rdflib_term(shape)
        while isinstance(node, rdflib.BNode):
            node = next(self.core.subjects(None, node), None)
        return shape if node is None else oxigraph_term(node)

    def classes(self) -> set[str]:
        """Return the short names of all classes that have a shape."""
        return {plain(oxigraph_term(class_)) for class_ in self.core.objects(None, SH.targetClass)}

    def properties(self, shape: Term) -> set[str]:
        """Return the short names of the properties that a closed shape lists."""
        core = self.core
        paths = (core.value(part, SH.path) for part in core.objects(rdflib_term(shape), SH.property))
        return {plain(oxigraph_term(path)) for path in paths if isinstance(path, rdflib.URIRef)}

    def wanted(self, shape: Term, constraint: Node) -> set[str]:
        """Return the short names that a shape and those within it give for `sh:class`, `sh:datatype` or the like."""
        found: set[Node] = set()
        seen: set[Node] = set()
        waiting = {rdflib_term(shape)}
        while waiting:
            part = waiting.pop()
            seen.add(part)
            found.update(self.core.objects(part, constraint))
            for inner in chain(*(self.core.objects(part, link) for link in _INNER)):
                waiting |= {*self.core.items(inner)} if (inner, RDF.first, None) in self.core else {inner}
            waiting -= seen
        return {plain(oxigraph_term(node)) for node in found}


def _parsed(home: Home) -> Iterator[ox.Quad]:
    folder = home.ontology / "shape"
    paths = sorted(folder.glob("*.ttl"))
    if not paths:
        raise CamiError("There is no shape to check with.", where=folder, hint="Write one shape file per kind.")
    for path in paths:
        try:
            yield from ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        except SyntaxError as error:
            raise parse_error(error, path) from None


def _flat(core: rdflib.Graph) -> rdflib.Graph:
    """Give the targets of each node shape to its property shapes, and cut the links between them.

    pySHACL goes through the property shapes of a node shape anew for every focus node, but checks a property shape with
    targets of its own once for all of them. The results are the same; closed shapes list their properties as ignored.
    """
    flat = _copy(core)
    inner = {shape for link in (SH.node, SH["not"], SH.qualifiedValueShape) for shape in core.objects(None, link)}
    inner |= {shape for link in _LISTS for list_ in core.objects(None, link) for shape in core.items(list_)}
    for shape in set(core.subjects(SH.property)) - inner:
        targets = [(link, target) for link in _TARGETS for target in core.objects(shape, link)]
        if not targets or (shape, SH.path, None) in core or not is_active(core, shape):
            continue
        properties = list(core.objects(shape, SH.property))
        for property_ in properties:
            for link, target in targets:
                flat.add((property_, link, target))
        flat.remove((shape, SH.property, None))
        if (shape, SH.closed, None) not in core:
            continue
        paths = [path for path in (core.value(part, SH.path) for part in properties) if isinstance(path, rdflib.URIRef)]
        ignored = [name for list_ in core.objects(shape, SH.ignoredProperties) for name in core.items(list_)]
        flat.set((shape, SH.ignoredProperties, Collection(flat, rdflib.BNode(), [*ignored, *paths]).uri))
    return flat


def _aimed(shapes: rdflib.Graph, data: rdflib.Graph, only: Set[Node]) -> rdflib.Graph:
    """Let shapes target, one by one, those of their focus nodes that are among `only`.

    pySHACL can be given focus nodes, but then holds the values that inner shapes look at against the same list.
    """
    aimed = _copy(shapes)
    for shape in {shape for link in _TARGETS for shape in shapes.subjects(link)}:
        for link in _TARGETS:
            aimed.remove((shape, link, None))
        for node in _targets(shapes, shape, data) & only:
            aimed.add((shape, SH.targetNode, node))
    return aimed


def _targets(shapes: rdflib.Graph, shape: Node, data: rdflib.Graph) -> set[Node]:
    """Return the focus nodes of one shape."""
    classes = shapes.objects(shape, SH.targetClass)
    kinds = {kind for class_ in classes for kind in data.transitive_subjects(RDFS.subClassOf, class_)}
    return set(
        chain(
            *(data.subjects(RDF.type, kind) for kind in kinds),
            *(data.subjects(property_) for property_ in shapes.objects(shape, SH.targetSubjectsOf)),
            *(data.objects(None, property_) for property_ in shapes.objects(shape, SH.targetObjectsOf)),
            shapes.objects(shape, SH.targetNode),
        )
    )


def _copy(graph: rdflib.Graph) -> rdflib.Graph:
    copy = rdflib.Graph()
    for triple in graph:
        copy.add(triple)
    return copy


def _result(report: rdflib.Graph, result: Node) -> Result:
    def term(property_: Node) -> Term | None:
        value = report.value(result, property_)
        return None if value is None else oxigraph_term(value)

    component = str(report.value(result, SH.sourceConstraintComponent))
    return Result(
        term(SH.focusNode) or ox.BlankNode(),
        as_property(report.value(result, SH.resultPath)),
        term(SH.value),
        as_severity(report.value(result, SH.resultSeverity)),
        component.removeprefix(str(SH)).removesuffix("ConstraintComponent"),
        term(SH.sourceShape) or ox.BlankNode(),
        english(report, result, SH.resultMessage),
    )
