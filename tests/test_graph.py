"""The graph: every file one named graph, and a clear word where a file cannot be one."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Literal, URIRef

from cami_kg import graph as graphs
from cami_kg.errors import CamiError
from cami_kg.graph import Graph, load
from cami_kg.home import Home, home

STATE = "PREFIX state: <https://w3id.org/cami/id/state/> state:XA a <https://w3id.org/cami/ns/State> ."


def put(folder: Path, name: str, text: str) -> Path:
    """Write a file below a folder of claims."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_file_is_one_named_graph(miniature: Graph) -> None:
    """The named graphs of the store are the source files, shapes aside."""
    named = {name.value for name in miniature.store.named_graphs() if isinstance(name, ox.NamedNode)}

    assert named == set(miniature.files)
    assert not any("/shape/" in name for name in named)
    assert "https://w3id.org/cami/graph/ontology/cami" in named


def test_queries_see_all_files_at_once(miniature: Graph) -> None:
    """A query without GRAPH joins triples of different files."""
    query = """PREFIX cami: <https://w3id.org/cami/ns/> PREFIX dwc: <http://rs.tdwg.org/dwc/terms/>
        ASK { ?claim cami:taxon ?taxon ; cami:state ?state . ?taxon a dwc:Taxon . ?state a cami:State }"""

    assert bool(miniature.select(query)) is True


def test_counts_tell_what_there_is(miniature: Graph) -> None:
    """The counts are those of files, triples, claims of any class, and sources."""
    counts = miniature.counts()

    assert (counts["files"], counts["triples"]) == (len(miniature.files), len(miniature))
    assert counts["claims"] > counts["sources"] > 0


def test_the_rdflib_graph_holds_the_same_triples(miniature: Graph) -> None:
    """Nothing is lost or changed on the way to rdflib."""
    assert len(miniature.rdflib()) == len({quad.triple for quad in miniature.triples()})


def test_literals_keep_their_form_in_rdflib(tmp_path: Path) -> None:
    """A date that does not exist stays what the file says, for the check to find."""
    put(tmp_path, "state/XA.ttl", STATE + ' state:XA <urn:p> "2026-13-45"^^<http://www.w3.org/2001/XMLSchema#date> .')

    values = list(load(tmp_path).rdflib().objects(None, URIRef("urn:p")))

    assert values == [Literal("2026-13-45", datatype=URIRef("http://www.w3.org/2001/XMLSchema#date"))]


def test_a_file_that_is_not_turtle_is_named_with_line_and_column(tmp_path: Path) -> None:
    """A syntax error is one sentence with file, line, column and what to write."""
    path = put(tmp_path, "state/XA.ttl", STATE + "\n\nstate:XB a state:XA\nstate:XC a state:XA .\n")

    with pytest.raises(CamiError) as caught:
        load(tmp_path)

    assert str(caught.value).startswith(f"{path.as_posix()}:4:1: not Turtle: A dot is expected")
    assert "Write a full stop" in str(caught.value)


def test_a_tolerant_load_leaves_broken_files_out(tmp_path: Path) -> None:
    """A tolerant load reads what it can, nothing of a broken file, and lists all broken files."""
    put(tmp_path, "state/XA.ttl", STATE)
    put(tmp_path, "state/XB.ttl", STATE.replace("XA", "XB") + " state:XC a")
    put(tmp_path, "state/XC.ttl", "<")

    graph = load(tmp_path, tolerant=True)

    assert [error.path.name for error in graph.broken] == ["XB.ttl", "XC.ttl"]
    assert bool(graph.select("ASK { <https://w3id.org/cami/id/state/XB> ?p ?o }")) is False
    assert bool(graph.select("ASK { <https://w3id.org/cami/id/state/XA> ?p ?o }")) is True


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("saiga.ttl", "A data file lies in the folder of its kind"),
        ("state/north/XA.ttl", "A data file lies in the folder of its kind"),
        ("state/X A.ttl", "A folder or file name is made of letters and digits"),
    ],
)
def test_a_file_in_the_wrong_place_is_refused(tmp_path: Path, name: str, message: str) -> None:
    """A file that could not be named as a graph is refused, with where it belongs."""
    put(tmp_path, name, STATE)

    with pytest.raises(CamiError, match=message):
        load(tmp_path)


def test_a_missing_or_empty_folder_is_an_error(tmp_path: Path) -> None:
    """Nothing to load is an error, never an empty graph."""
    with pytest.raises(CamiError, match="does not exist"):
        load(tmp_path / "nowhere")
    with pytest.raises(CamiError, match="No Turtle file"):
        load(tmp_path)


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    """Locks and copies that editors leave are no part of the graph, even where they lead nowhere."""
    put(tmp_path, "state/XA.ttl", STATE)
    put(tmp_path, "state/.XA.ttl", "<")
    put(tmp_path, ".old/state/XA.ttl", "<")
    (tmp_path / "state" / ".#XA.ttl").symlink_to("somebody@somewhere")

    files = [
        path.relative_to(tmp_path).as_posix() for path in load(tmp_path).files.values() if tmp_path in path.parents
    ]
    assert files == ["state/XA.ttl"]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder named like a file, and a link to nothing, are one sentence with what to do."""
    put(tmp_path, "state/XA.ttl", STATE)
    (tmp_path / "state" / "XB.ttl").mkdir()
    with pytest.raises(CamiError, match=r"XB\.ttl: This is a folder, not a Turtle file\. Rename or remove it"):
        load(tmp_path)

    (tmp_path / "state" / "XB.ttl").rmdir()
    (tmp_path / "state" / "XB.ttl").symlink_to("nowhere.ttl")
    with pytest.raises(CamiError, match=r"XB\.ttl: This link leads to no file"):
        load(tmp_path)


def test_a_folder_may_be_named_by_a_string(tmp_path: Path) -> None:
    """A path and its text load the same."""
    put(tmp_path, "state/XA.ttl", STATE)

    assert load(str(tmp_path)).files == load(tmp_path).files


def test_derived_triples_have_graphs_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule's triples stand in its own graph, are asked for by name, and are no part of the source triples."""
    place = Home(tmp_path, editable=True)
    put(tmp_path, "ontology/prefixes.ttl", (home().ontology / "prefixes.ttl").read_text(encoding="utf-8"))
    put(tmp_path, "data/state/XA.ttl", STATE)
    put(
        tmp_path,
        "queries/derive/twin.rq",
        "CONSTRUCT { ?s <urn:twin> ?s } WHERE { ?s a <https://w3id.org/cami/ns/State> }",
    )
    monkeypatch.setattr(graphs, "home", lambda: place)

    plain, derived = load(), load(derived=True)

    assert (len(derived) - len(plain), derived.sources().counts()) == (1, plain.counts())
    assert bool(derived.select("ASK { GRAPH <https://w3id.org/cami/graph/derived/twin> { ?s <urn:twin> ?s } }")) is True


def test_a_broken_rule_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that is not a CONSTRUCT query is refused with its file."""
    place = Home(tmp_path, editable=True)
    put(tmp_path, "ontology/prefixes.ttl", "")
    put(tmp_path, "data/state/XA.ttl", STATE)
    rule = put(tmp_path, "queries/derive/twin.rq", "SELECT ?s WHERE { ?s ?p ?o }")
    monkeypatch.setattr(graphs, "home", lambda: place)

    with pytest.raises(CamiError, match=f"{rule.as_posix()}: A rule that derives triples is a CONSTRUCT query"):
        load(derived=True)


def test_the_real_graph_loads(real: Graph) -> None:
    """Every file of the project is Turtle and lies where it belongs."""
    assert real.counts()["claims"] > 0
