"""`load()`: every source file one named graph of an in-memory store, derived triples in graphs of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cami_kg import terms
from cami_kg.errors import CamiError, TurtleError, parse_error
from cami_kg.home import Home, home

if TYPE_CHECKING:
    import rdflib


@dataclass(frozen=True)
class Graph:
    """The knowledge graph in memory.

    Attributes:
        store: pyoxigraph's store; ask it through `select`, which sees the union of all named graphs.
        files: the source file of each named graph, by the graph's IRI; derived graphs have none.
        home: where ontology and queries come from.
        broken: files that are not Turtle and were left out (only after `load(tolerant=True)`).
    """

    store: ox.Store
    files: dict[str, Path]
    home: Home
    broken: tuple[TurtleError, ...] = ()

    def __len__(self) -> int:
        """Count the triples, derived ones included."""
        return len(self.store)

    def select(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Answer a SPARQL query over the union of all graphs, derived ones included."""
        return self.store.query(sparql, use_default_graph_as_union=True)

    def triples(self) -> Iterator[ox.Quad]:
        """Yield every triple of the source files, file by file, as the store holds it."""
        for name in self.files:
            yield from self.store.quads_for_pattern(None, None, None, ox.NamedNode(name))

    def sources(self) -> Graph:
        """Return the graph without derived triples: itself if it holds none."""
        if {graph.value for graph in self.store.named_graphs() if isinstance(graph, ox.NamedNode)} <= self.files.keys():
            return self
        store = ox.Store()
        store.extend(self.triples())
        return Graph(store, self.files, self.home, self.broken)

    def derived(self) -> list[ox.Quad]:
        """Return what the rules of `queries/derive/` find in the source triples; no rule sees another's triples.

        Raises:
            CamiError: a rule is not a CONSTRUCT query.
        """
        graph = self.sources()
        found: list[ox.Quad] = []
        for path in sorted((self.home.queries / "derive").glob("*.rq")):
            target = ox.NamedNode(terms.graph_iri("derived", path.stem))
            try:
                made = graph.select(path.read_text(encoding="utf-8"))
            except SyntaxError as error:
                raise CamiError(f"This rule is not SPARQL: {error}.", where=path, hint="Correct the query.") from None
            if not isinstance(made, ox.QueryTriples):
                raise CamiError("A rule that derives triples is a CONSTRUCT query.", where=path, hint="Use CONSTRUCT.")
            found += (ox.Quad(triple.subject, triple.predicate, triple.object, target) for triple in made)
        return found

    def rdflib(self) -> rdflib.Graph:
        """Return the source triples as a plain rdflib graph, for pySHACL."""
        from cami_kg.bridge import to_rdflib

        return to_rdflib(self.triples())

    def counts(self) -> dict[str, int]:
        """Return how many files, triples, claims and sources there are."""
        return {
            "files": len(self.files),
            "triples": len(self),
            "claims": self._instances("Claim"),
            "sources": self._instances("Source"),
        }

    def _instances(self, name: str) -> int:
        query = (
            f"SELECT (COUNT(DISTINCT ?node) AS ?count) WHERE {{ ?class <{terms.RDFS}subClassOf>* <{terms.NS}{name}> . "
            "?node a ?class }"
        )
        rows = self.select(query)
        return int(next(iter(rows))["count"].value) if isinstance(rows, ox.QuerySolutions) else 0


def load(data: str | Path | None = None, *, derived: bool = False, tolerant: bool = False) -> Graph:
    """Read the ontology and every file below `data` into memory; hidden files are passed over.

    Args:
        data: the folder of claims; by default the project's own.
        derived: also run the rules of `queries/derive/`, each into the graph `graph/derived/<rule>`.
        tolerant: leave files that are not Turtle out and list them in `Graph.broken`, instead of raising.

    Raises:
        CamiError: a folder is missing, a file is not Turtle or is badly named, or there is not one triple.
    """
    place = home()
    store, broken = ox.Store(), []
    folder = place.data if data is None else Path(data)
    files = _source_files(place.ontology, folder)
    for name, path in files.items():
        try:
            store.load(path=path, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(name))
        except SyntaxError as error:
            if not tolerant:
                raise parse_error(error, path) from None
            broken.append(parse_error(error, path))
        except OSError as error:
            raise CamiError(f"This file cannot be read: {error.strerror or error}.", where=path) from None
    graph = Graph(store, files, place, tuple(broken))
    if not len(store) and not broken:
        raise CamiError("The graph holds not one triple.", where=folder, hint="Name the folder of claims.")
    if derived:
        store.extend(graph.derived())
    return graph


def _source_files(ontology: Path, data: Path) -> dict[str, Path]:
    """Return every Turtle file that is part of the graph, by the IRI of its named graph, in a fixed order."""
    if not data.is_dir():
        raise CamiError("This folder of claims does not exist.", where=data, hint="Name a folder with Turtle files.")
    if not (claims := sorted(path for path in data.rglob("*.ttl") if not _is_hidden(path, data))):
        raise CamiError("No Turtle file lies in this folder.", where=data, hint="Name the folder of claims.")
    files = {terms.graph_iri("ontology", path.stem): path for path in sorted(ontology.glob("*.ttl"))}
    files |= {terms.graph_iri("scheme", path.stem): path for path in sorted((ontology / "scheme").glob("*.ttl"))}
    files |= {_graph_of(path, data): path for path in claims}
    return files


def _is_hidden(path: Path, data: Path) -> bool:
    """Tell whether a file, or a folder around it, is hidden, as the locks and copies of editors are."""
    return any(part.startswith(".") for part in path.relative_to(data).parts)


def _graph_of(path: Path, data: Path) -> str:
    """Return the named graph of a data file, from its folder and name."""
    if not path.is_file():
        problem = "is a folder, not a Turtle file" if path.is_dir() else "link leads to no file"
        raise CamiError(f"This {problem}.", where=path, hint="Rename or remove it.")
    parts = path.relative_to(data).with_suffix("").parts
    if len(parts) != 2:
        raise CamiError("A data file lies in the folder of its kind.", where=path, hint="Move it to data/<kind>/.")
    if not all(terms.SLUG.fullmatch(part) for part in parts):
        raise CamiError(
            "A folder or file name is made of letters and digits with single hyphens or dots between.",
            where=path,
            hint="Rename it, such as snow-leopard.ttl.",
        )
    return terms.graph_iri(*parts)
