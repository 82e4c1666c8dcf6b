"""`check()`: SHACL over the graph, as findings that an editor can act on."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from cami_kg import terms
from cami_kg.bridge import Term, to_rdflib
from cami_kg.check.advice import Adviser
from cami_kg.check.literals import Fault, faults
from cami_kg.check.place import main_of, misplaced
from cami_kg.check.report import Finding, Report
from cami_kg.check.rules import Result, plain
from cami_kg.check.shapes import Shapes
from cami_kg.errors import CamiError, TurtleError, UsageError, shown
from cami_kg.graph import Graph
from cami_kg.positions import Place, Positions, positions
from cami_kg.turtle import written

_FEW = (
    0.2  # the share of files up to which looking at them and what is around them is faster than looking at everything
)


def check(graph: Graph, paths: Sequence[Path] | None = None) -> Report:
    """Check the source files against the shapes; derived triples are left aside.

    Args:
        graph: the graph; if it was loaded with `tolerant=True`, its files that are not Turtle become findings too.
        paths: check only these files, and the files below these folders; they must be part of the graph.

    Raises:
        UsageError: a path is not part of the graph.
        CamiError: there is nothing to look at: no shape, or no node that a shape is about.
    """
    with _quiet():
        return _Check(graph, graph.files if paths is None else _chosen(graph, paths)).report()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rdflib from printing a traceback for each bad literal, which becomes a finding."""
    logger = logging.getLogger("rdflib.term")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _chosen(graph: Graph, paths: Sequence[Path]) -> dict[str, Path]:
    """Return the named graphs of the files at and below `paths`."""
    chosen: dict[str, Path] = {}
    for path in paths:
        below = {name: file for name, file in graph.files.items() if file.resolve().is_relative_to(path.resolve())}
        if not below:
            hint = "Name files or folders below data/ or ontology/; shapes are what checks, not what is checked."
            problem = "is not part of the graph" if path.exists() else "does not exist"
            raise UsageError(f"{shown(path)} {problem}.", hint=hint)
        chosen |= below
    return chosen


class _Check:
    """One run over some files of a graph."""

    def __init__(self, graph: Graph, chosen: dict[str, Path]) -> None:
        self.graph, self.chosen = graph.sources(), chosen
        self.shapes = Shapes.read(graph.home)
        self.adviser = Adviser(self.graph, self.shapes)
        self.places = _Places(self.graph)
        unreadable = {error.path for error in graph.broken}
        readable = (path for path in chosen.values() if path not in unreadable)
        self.faults = [fault for fault in faults(readable) if not isinstance(fault.node, ox.BlankNode)]

    def report(self) -> Report:
        """Look at everything that was chosen."""
        broken = [error for error in self.graph.broken if error.path in self.chosen.values()]
        nodes = None if len(self.chosen) == len(self.graph.files) else self._nodes()
        few = nodes is not None and len(self.chosen) <= len(self.graph.files) * _FEW
        data = to_rdflib(self._around(nodes)) if nodes is not None and few else self.graph.rdflib()
        focus = self.shapes.targets(data)
        focus = focus if nodes is None else focus & nodes
        lost = list(misplaced(self.graph, self.chosen))
        if not focus and not broken and not lost:
            where = next(iter(self.chosen.values())) if len(self.chosen) == 1 else None
            raise CamiError("Nothing here is of a kind that has a shape.", where=where, hint="Write a statement first.")
        results = chain(
            self.shapes.validate(data, focus if few else None),
            *(rule.run(self.graph) for rule in self.shapes.rules),
        )
        findings = chain(map(_of_syntax, broken), lost, map(self._of_literal, self.faults), self._of_results(results))
        triples = sum(1 for _ in self._triples())
        return Report(_in_order(findings), len(self.chosen), triples, len(focus))

    def _triples(self) -> Iterator[ox.Quad]:
        for name in self.chosen:
            yield from self.graph.store.quads_for_pattern(None, None, None, ox.NamedNode(name))

    def _nodes(self) -> set[Term]:
        """Return the nodes that the chosen files describe, or name although no file describes them."""
        nodes: set[Term] = {quad.subject for quad in self._triples() if isinstance(quad.subject, ox.NamedNode)}
        named = {quad.object for quad in self._triples() if isinstance(quad.object, ox.NamedNode)}
        return nodes | {node for node in named - nodes if not self.adviser.is_described(node)}

    def _around(self, nodes: Iterable[Term]) -> set[ox.Quad]:
        """Return what shapes can see from some nodes: one step in both directions, and what that is."""
        store = self.graph.store
        words = (ox.NamedNode(terms.graph_iri("ontology", name)) for name in ("borrowed", "cami"))
        near = {quad for graph in words for quad in store.quads_for_pattern(None, None, None, graph)}
        for node in nodes:
            near.update(store.quads_for_pattern(None, None, node))
            own = [] if isinstance(node, ox.Literal) else list(store.quads_for_pattern(node, None, None))
            for quad in own:
                near.add(quad)
                if isinstance(quad.object, ox.NamedNode):
                    near.update(store.quads_for_pattern(quad.object, None, None))
        return near

    def _of_results(self, results: Iterable[Result]) -> Iterator[Finding]:
        faulty = {(fault.node, fault.path, fault.value) for fault in self.faults}
        chosen = set(self.chosen.values())
        for result in results:
            if (result.node, result.path, result.value) in faulty or _is_nameless(result):
                continue
            if self._is_in_broken_file(result.value) or self._is_in_broken_file(result.node):
                continue
            file, place = self.places.find(result)
            if file in chosen or (file is None and len(self.chosen) == len(self.graph.files)):
                yield self._finding(result, file, place)

    def _finding(self, result: Result, file: Path | None, place: Place) -> Finding:
        no_value = result.value is None or result.component == "Closed" or result.value == result.node
        return Finding(
            result.severity,
            file,
            *place,
            plain(result.node),
            plain(result.path) or None,
            None if no_value or result.value is None else written(result.value),
            self.adviser.message(result),
            self.adviser.fix(result),
            plain(self.shapes.named(result.shape)),
        )

    def _of_literal(self, fault: Fault) -> Finding:
        place = self.places.within(fault.file, fault.node, fault.path, fault.value)
        about = plain(fault.node), plain(fault.path), written(fault.value)
        return Finding("error", fault.file, *place, *about, fault.message, fault.fix, "literal")

    def _is_in_broken_file(self, node: Term | None) -> bool:
        """Tell whether a node is missing only because the file that may describe it cannot be read."""
        if not self.graph.broken or self.adviser.is_described(node):
            return False
        if node in {main_of(error.path) for error in self.graph.broken}:
            return True
        texts = (error.path.read_text(encoding="utf-8", errors="replace") for error in self.graph.broken)
        return any(plain(node) in text for text in texts)


class _Places:
    """Finds file, line and column of what a result is about; reads only the files that this needs."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._read: dict[Path, Positions] = {}

    def find(self, result: Result) -> tuple[Path | None, Place]:
        """Return the most exact place known: of the value (or its property, if that is the fault), or of the node."""
        file = self._file(result)
        if file is None:
            return None, (1, 1)
        value = None if result.component == "Closed" else result.value
        return file, self.within(file, result.node, result.path, value)

    def within(self, file: Path, node: Term, path: Term | None, value: Term | None) -> Place:
        """Return the place in a file that says something about `node`."""
        if file not in self._read:
            self._read[file] = positions(file)
        return self._read[file].find(node, path, value) or (1, 1)

    def _file(self, result: Result) -> Path | None:
        """Return the file that says what is wrong, else one that describes the node, else one that names it."""
        subject = None if isinstance(result.node, ox.Literal) else result.node
        patterns = (
            (subject, result.path, result.value),
            (subject, result.path, None),
            (subject, None, None),
            (None, None, result.node),
        )
        for pattern in patterns:
            graphs = {quad.graph_name for quad in self._graph.store.quads_for_pattern(*pattern)}
            if files := sorted(self._graph.files[graph.value] for graph in graphs if isinstance(graph, ox.NamedNode)):
                return files[0]
        return None


def _is_nameless(result: Result) -> bool:
    """Tell whether a result is about a node without an IRI, which is a finding of its own."""
    return isinstance(result.node, ox.BlankNode) or isinstance(result.value, ox.BlankNode)


def _of_syntax(error: TurtleError) -> Finding:
    message = f"Not Turtle: {error.problem}."
    return Finding("error", error.path, error.line, error.column, None, None, None, message, error.hint, "turtle")


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Order by place, files that are not Turtle first, and keep one of those that say the same about the same.

    It is the one with the best advice that is kept.
    """
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in sorted(findings, key=_order):
        kept.setdefault(_order(finding)[:-2], finding)
    return tuple(kept.values())


def _order(finding: Finding) -> tuple[bool, str, int, int, str, str, str, str, int, str]:
    file = finding.file.as_posix() if finding.file else ""
    about = finding.node or "", finding.path or "", finding.value or "", finding.message
    advice = finding.fix or ""
    later = finding.shape != "turtle"
    return later, file, finding.line or 0, finding.column or 0, *about, -len(advice), finding.shape + advice
