"""The peers: what a program written for this one purpose would do with the libraries alone.

Each is run as a process of its own, `python benchmarks/peers.py NAME …`, so that start-up counts on both sides.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def files() -> list[Path]:
    """Every Turtle file of the graph."""
    return [
        *(ROOT / "ontology").glob("*.ttl"),
        *(ROOT / "ontology/scheme").glob("*.ttl"),
        *(ROOT / "data").rglob("*.ttl"),
    ]


def oxigraph_query(query: str) -> None:
    """Load every file into pyoxigraph and answer one query: the floor of a cold answer."""
    import pyoxigraph as ox

    store = ox.Store()
    for number, path in enumerate(files()):
        store.load(path=path, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(f"https://example.org/{number}"))
    answer = store.query(Path(query).read_text(encoding="utf-8"), use_default_graph_as_union=True)
    sys.stdout.buffer.write(answer.serialize(format=ox.QueryResultsFormat.CSV))


def rdflib_query(query: str) -> None:
    """Load every file into rdflib and answer one query."""
    import rdflib

    graph = rdflib.Graph()
    for path in files():
        graph.parse(path, format="turtle")
    sys.stdout.buffer.write(graph.query(Path(query).read_text(encoding="utf-8")).serialize(format="csv"))


def pyshacl_check() -> None:
    """Load data and shapes into rdflib and let pySHACL validate all, but for the rules in SPARQL.

    With the rules it does not end within ten minutes, so the peer does less than ours.
    """
    import pyshacl
    import rdflib

    data, shapes = rdflib.Graph(), rdflib.Graph()
    for path in files():
        data.parse(path, format="turtle")
    for path in (ROOT / "ontology/shape").glob("*.ttl"):
        shapes.parse(path, format="turtle")
    shapes.remove((None, rdflib.SH.sparql, None))
    conforms, _, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False, inplace=True)
    print(conforms)


def oxigraph_dumps(folder: str) -> None:
    """Load every file into pyoxigraph and write the six formats, plain and gzipped."""
    import gzip
    import shutil

    import pyoxigraph as ox

    store = ox.Store()
    for number, path in enumerate(files()):
        store.load(path=path, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(f"https://example.org/{number}"))
    form = ox.RdfFormat
    for ending, kind in {"nq": form.N_QUADS, "trig": form.TRIG, "jsonld": form.JSON_LD}.items():
        store.dump(f"{folder}/peer.{ending}", kind)
    triples = {ox.Triple(q.subject, q.predicate, q.object) for q in store}
    for ending, kind in {"nt": form.N_TRIPLES, "ttl": form.TURTLE, "rdf": form.RDF_XML}.items():
        ox.serialize(triples, f"{folder}/peer.{ending}", format=kind)
    for path in list(Path(folder).glob("peer.*")):
        with path.open("rb") as plain, gzip.open(f"{path}.gz", "wb", compresslevel=6) as packed:
            shutil.copyfileobj(plain, packed)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    globals()[sys.argv[1]](*sys.argv[2:])
