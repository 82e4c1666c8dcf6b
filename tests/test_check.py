"""The check: a broken file gets file, line and column, and a word on what to write."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import SH
from rdflib import Graph as RdfGraph

from cami_kg.bridge import rdflib_term, to_rdflib
from cami_kg.check import check
from cami_kg.check.report import Finding
from cami_kg.check.shapes import Shapes
from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph, load
from cami_kg.home import Home, home
from cami_kg.terms import RDFS, prefixes
from cami_kg.turtle import format_text

HEADER = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes().items())
SPARQL = SH.SPARQLConstraintComponent
MINIATURE = Path(__file__).parent / "graph" / "data"
FILES = {
    "species/wolf.ttl": """
        species:wolf a dwc:Taxon ; skos:prefLabel "wolf"@en , "волк"@ru ; dwc:scientificName "Canis lupus" ;
          dwc:taxonRank "species" ; dwc:family "Canidae" ; dwc:order "Carnivora" ;
          cami:confidence confidence:high ; prov:wasDerivedFrom source:book .
        range:wolf-XA a cami:RangeStatement ; cami:taxon species:wolf ; cami:state state:XA ; cami:locator "p. 12" ;
          cami:presence presence:extant ; schema:startDate "2014-05-23"^^xsd:date ;
          cami:confidence confidence:high ; prov:wasDerivedFrom source:book .""",
    "state/XA.ttl": """
        state:XA a cami:State ; skos:prefLabel "Arenia"@en , "Арения"@ru ; dwc:countryCode "XA" ;
          cami:confidence confidence:high ; prov:wasDerivedFrom source:book .""",
    "source/books.ttl": """
        source:book a cami:Source ; dcterms:title "Wolves"@en ; dcterms:publisher "Press" ; dcterms:rights "unknown" ;
          cami:terms terms:unknown ; dcterms:issued "1990"^^xsd:gYear ; cami:sourceKind source-kind:report .""",
}

Broken = Callable[..., list[Finding]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files of claims without a fault, in form."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(format_text(HEADER + text, path), encoding="utf-8")
    return tmp_path


@pytest.fixture
def broken(folder: Path) -> Broken:
    """Replace a text of the wolf's file (as formatted) and return what the check then finds in the folder."""

    def find(old: str, new: str) -> list[Finding]:
        path = folder / "species" / "wolf.ttl"
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {text}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return list(check(load(folder, tolerant=True), [folder]).findings)

    return find


def told(findings: list[Finding]) -> list[tuple[object, ...]]:
    """Where each finding is, and about what."""
    return [
        (finding.file and finding.file.name, finding.line, finding.column, finding.node, finding.path, finding.value)
        for finding in findings
    ]


def test_files_without_a_fault_have_no_findings(folder: Path) -> None:
    """A sound folder conforms, and the report says how much was looked at."""
    report = check(load(folder), [folder])

    assert (report.findings, report.conforms, report.files, report.focus_nodes) == ((), True, 3, 4)
    assert report.triples == 30


def test_a_misspelt_property_gets_the_nearest(broken: Broken) -> None:
    """An unknown property is named, where it stands, with the nearest that the class has."""
    findings = broken("cami:presence presence:extant", "cami:presense presence:extant")

    unknown = next(finding for finding in findings if finding.path == "cami:presense")
    assert told([unknown]) == [("wolf.ttl", 31, 5, "range:wolf-XA", "cami:presense", None)]
    assert unknown.message == "cami:presense is not a property of a range statement."
    assert unknown.fix == "Did you mean cami:presence?"
    assert unknown.severity == "error"


def test_a_property_of_another_vocabulary_is_found_by_its_last_part(broken: Broken) -> None:
    """A right word with a wrong prefix leads to the right prefix."""
    findings = broken("schema:startDate", "cami:startDate")

    assert findings[0].fix == "Did you mean schema:startDate?"


def test_a_missing_source_is_told_at_the_claim(broken: Broken) -> None:
    """A claim without a source is found at its first line, with what to add."""
    findings = broken("    prov:wasDerivedFrom source:book ;\n    schema", "    schema")

    assert told(findings) == [("wolf.ttl", 27, 1, "range:wolf-XA", "prov:wasDerivedFrom", None)]
    assert findings[0].fix == "Add `prov:wasDerivedFrom source:… ;`."


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        ('"2014-02-30"^^xsd:date', 'this month ends with "2014-02-28"^^xsd:date'),
        ('"2014-13-45"^^xsd:date', "Write year-month-day"),
        ('"2014"^^xsd:date', 'Write "2014"^^xsd:gYear.'),
        ('"23.5.2014"^^xsd:date', 'Write "2014-05-23"^^xsd:date.'),
        ('"2014-05-23Z"^^xsd:date', 'Write "2014-05-23"^^xsd:date.'),
        ('"2014-05-23"', 'Write "2014-05-23"^^xsd:date.'),
    ],
)
def test_an_impossible_date_gets_a_possible_one(broken: Broken, value: str, fix: str) -> None:
    """A date that does not exist is one finding, where it stands, with how to write it."""
    findings = broken('"2014-05-23"^^xsd:date', value)

    assert told(findings) == [("wolf.ttl", 35, 22, "range:wolf-XA", "schema:startDate", value)]
    assert fix in str(findings[0].fix)


def test_a_literal_that_the_store_would_change_is_refused(broken: Broken) -> None:
    """A literal in another than canonical form is found, with the canonical one."""
    deprecated = '<http://www.w3.org/2002/07/owl#deprecated> "1"^^xsd:boolean'
    findings = [
        each for each in broken("    cami:taxon", f"    {deprecated} ;\n    cami:taxon") if each.shape == "literal"
    ]

    assert told(findings) == [("wolf.ttl", 33, 48, "range:wolf-XA", "owl:deprecated", '"1"^^xsd:boolean')]
    assert findings[0].fix == "Write true."


def test_an_endless_literal_is_refused(broken: Broken) -> None:
    """A text that nobody could read is a mistake, and told without repeating it all."""
    findings = broken('"p. 12"', '"' + "p" * 100_001 + '"')

    assert (findings[0].message, len(findings)) == ("This text has 100001 characters.", 1)


def test_an_unknown_class_gets_the_nearest(broken: Broken) -> None:
    """A misspelt class is found where it stands, with the nearest that exists."""
    findings = broken("a cami:RangeStatement", "a cami:RangeStatment")

    assert told(findings) == [("wolf.ttl", 28, 7, "range:wolf-XA", "rdf:type", "cami:RangeStatment")]
    assert findings[0].fix == "Did you mean cami:RangeStatement?"


def test_a_misspelt_thing_gets_the_nearest_of_its_kind(broken: Broken) -> None:
    """A name of nothing is found where it stands, with the nearest name of the same kind."""
    findings = broken("presence:extant", "presence:extent")

    assert told(findings) == [("wolf.ttl", 31, 19, "range:wolf-XA", "cami:presence", "presence:extent")]
    assert findings[0].fix == "presence:extent is described nowhere; did you mean presence:extant?"


def test_a_thing_of_the_wrong_kind_is_told_what_it_is(broken: Broken) -> None:
    """A value of another class than is asked for says which it is and which it should be."""
    findings = broken("cami:state state:XA", "cami:state source:book")

    assert [finding.fix for finding in findings] == ["source:book is a source, not a state."]


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ('    dwc:scientificName "Canis lupus" ;\n', 'Add `dwc:scientificName "…" ;`.'),
        ('    dwc:family "Canidae" ;\n', 'Add `dwc:family "…" ;`.'),
        ("    cami:state state:XA ;\n", "Add `cami:state state:… ;`."),
    ],
)
def test_advice_on_what_is_missing_copies_no_value(folder: Path, broken: Broken, line: str, fix: str) -> None:
    """The property is shown with the form of its values, never with the value of another thing."""
    wolf = (folder / "species" / "wolf.ttl").read_text(encoding="utf-8")
    dog = wolf.replace(":wolf", ":dog").replace("Canis lupus", "Canis familiaris")
    (folder / "species" / "dog.ttl").write_text(dog, encoding="utf-8")

    assert fix in [finding.fix for finding in broken(line, "")]


def test_advice_keeps_the_capitals_of_names(broken: Broken) -> None:
    """A class is called as in a sentence, but `Red List` stays a name."""
    findings = broken("a cami:RangeStatement", "a cami:Assessment")

    assert "cami:presence is not a property of a Red List assessment." in [finding.message for finding in findings]


def test_too_many_values_are_listed(broken: Broken) -> None:
    """Where one value may stand and two do, both are listed."""
    findings = broken('"Canis lupus"', '"Canis lupus" , "Canis familiaris"')

    assert [finding.fix for finding in findings] == ['Keep one of "Canis familiaris", "Canis lupus".']


def test_broken_files_are_findings_and_the_rest_is_checked(folder: Path) -> None:
    """Each file that is not Turtle is a finding with its place, and what hangs on it is not held against others."""
    for name, text in {"state/XA.ttl": "state:XA a", "source/books.ttl": "<source:book> a cami:Source"}.items():
        (folder / name).write_text(f"\n{text}", encoding="utf-8")
    wolf = folder / "species" / "wolf.ttl"
    wolf.write_text(wolf.read_text(encoding="utf-8").replace('"p. 12"', "12"), encoding="utf-8")

    findings = check(load(folder, tolerant=True), [folder]).findings

    assert [
        (finding.file and finding.file.name, finding.line, finding.column, finding.shape) for finding in findings
    ] == [
        ("books.ttl", 2, 17, "turtle"),
        ("XA.ttl", 2, 1, "turtle"),
        ("wolf.ttl", 30, 18, "shape:locator"),
    ]
    assert "The prefix cami: has not been declared" in findings[0].message
    assert findings[2].fix == 'Write "12", without a language or datatype.'


def test_only_what_was_named_is_told(folder: Path) -> None:
    """A check of named files tells nothing of others, and counts these alone."""
    wolf = folder / "species" / "wolf.ttl"
    wolf.write_text(wolf.read_text(encoding="utf-8").replace("cami:locator", "cami:location"), encoding="utf-8")
    graph = load(folder)

    assert check(graph, [folder / "state"]).findings == ()
    assert [finding.path for finding in check(graph, [wolf]).findings] == ["cami:location"]
    assert check(graph, [wolf]).files == 1


def test_a_path_outside_the_graph_is_wrong_usage(folder: Path) -> None:
    """What is not part of the graph cannot be checked, and shapes are not."""
    with pytest.raises(UsageError, match=r"claim\.ttl is not part of the graph"):
        check(load(folder), [home().ontology / "shape" / "claim.ttl"])
    with pytest.raises(UsageError, match=r"nowhere\.ttl does not exist"):
        check(load(folder), [folder / "nowhere.ttl"])


def test_nothing_to_look_at_is_an_error(folder: Path) -> None:
    """A file without a thing that a shape is about does not pass: nothing was looked at."""
    odd = folder / "place" / "odd.ttl"
    odd.parent.mkdir()
    odd.write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")

    with pytest.raises(CamiError, match=r"odd\.ttl: Nothing here is of a kind that has a shape"):
        check(load(folder), [odd])


def test_no_shapes_is_an_error(tmp_path: Path) -> None:
    """Without shapes everything would conform, so that is an error."""
    with pytest.raises(CamiError, match="There is no shape to check with"):
        Shapes.read(Home(tmp_path, editable=True))


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The miniature with a fault of some kind in every third stanza."""
    folder = tmp_path_factory.mktemp("spoilt") / "data"
    shutil.copytree(MINIATURE, folder)
    faults = (
        ("cami:confidence confidence:", "cami:confidense confidence:"),
        ("prov:wasDerivedFrom source:", "prov:wasDerivedFrom sorce:"),
        ("schema:startDate", "dcterms:issued"),
        ('"@en', '"@fr'),
        ("cami:state state:X", "cami:state state:Y"),
        (" a cami:", " a cami:Former"),
        ("cami:confidence confidence:high", "cami:confidence confidence:low"),
        ("range:", "listing:"),
    )
    for path in sorted(folder.rglob("*.ttl")):
        head, *stanzas = path.read_text(encoding="utf-8").split("\n\n")
        for number in range(0, len(stanzas), 3):
            stanzas[number] = stanzas[number].replace(*faults[number // 3 % len(faults)])
        path.write_text("\n\n".join([f"PREFIX sorce: <urn:sorce:>\n{HEADER}{head}", *stanzas]), encoding="utf-8")
    return load(folder)


def test_named_files_are_told_what_the_whole_check_tells_of_them(spoilt: Graph) -> None:
    """The check of one file finds what the check of everything finds in that file."""
    whole = check(spoilt).findings
    assert len(whole) > 100

    one_of_each_kind = {path.parent: path for path in spoilt.files.values()}.values()
    for path in one_of_each_kind:
        expected = [finding for finding in whole if finding.file == path]
        assert list(check(spoilt, [path]).findings) == expected, f"{path}: the short check differs"


def results_of(shapes: RdfGraph, data: RdfGraph) -> set[tuple[object, ...]]:
    """What pySHACL finds, as focus node, path, value, and shape."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    parts = (SH.focusNode, SH.resultPath, SH.value, SH.sourceShape, SH.sourceConstraintComponent)
    return {tuple(report.value(result, part) for part in parts) for result in report.objects(None, SH.result)}


def test_flat_shapes_find_what_the_written_ones_find(spoilt: Graph) -> None:
    """Giving property shapes the targets of their node shapes changes no result."""
    shapes, data = Shapes.read(home()), spoilt.rdflib()

    assert results_of(shapes.flat, data) == results_of(shapes.core, data)


FAULTY_CLAIMS = (
    HEADER
    + """
    range:wolf-XA-twin a cami:RangeStatement ; cami:taxon species:wolf ; cami:state state:XA ;
      cami:presence presence:extant ; schema:startDate "2014"^^xsd:gYear ; schema:endDate "2013-05"^^xsd:gYearMonth ;
      cami:confidence confidence:low ; prov:wasDerivedFrom source:book ; cami:supersededBy species:wolf .
    species:dog a dwc:Taxon , cami:Dog ; skos:prefLabel "wolf"@en , "волк"@ru ; dwc:scientificName "Canis lupus" ;
      dwc:taxonRank "species" ; dwc:family "Canidae" ; dwc:order "Carnivora" ; cami:parentTaxon species:dog ;
      cami:confidence confidence:high ; prov:wasDerivedFrom source:book .
    source:copy a cami:Source ; dcterms:title "Wolves"@en ; dcterms:publisher "Press" ; dcterms:rights "unknown" ;
      cami:terms terms:unknown ; dcterms:issued "1990"^^xsd:gYear ; cami:sourceKind source-kind:report .
    state:XB skos:prefLabel "Borelia"@en ."""
)


def agree_on_rules(graph: Graph) -> set[str]:
    """Hold the rules as they run here against pySHACL, and return the names of those that found something."""
    quads: list[ox.Quad] = []
    for path in [home().ontology / "prefixes.ttl", *(home().ontology / "shape").glob("*.ttl")]:
        quads += ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    shapes = to_rdflib(quads)
    for constraint in (SH.property, SH.closed, SH.nodeKind, SH.pattern, SH.xone, SH.ignoredProperties):
        shapes.remove((None, constraint, None))
    found = {(node, path) for node, path, *_, kind in results_of(shapes, graph.rdflib()) if kind == SPARQL}

    results = [result for rule in Shapes.read(home()).rules for result in rule.run(graph)]
    assert {(rdflib_term(result.node), result.path and rdflib_term(result.path)) for result in results} == found
    return {result.shape.value for result in results}


def claims_of(graph: Graph) -> Graph:
    """The claims of a graph and the classes, without all other words, which take pySHACL minutes."""
    claims = {name: path for name, path in graph.files.items() if "ontology" not in path.parts}
    part = Graph(ox.Store(), graph.files, graph.home)
    part.store.extend(quad for quad in graph.triples() if quad.graph_name.value in claims)
    classes = graph.store.quads_for_pattern(None, None, ox.NamedNode("http://www.w3.org/2002/07/owl#Class"))
    part.store.extend(classes)
    part.store.extend(graph.store.quads_for_pattern(None, ox.NamedNode(RDFS + "subClassOf"), None))
    return part


def test_an_open_shape_stays_open(tmp_path: Path) -> None:
    """A shape that is not closed checks its properties and minds no others."""
    shape = tmp_path / "ontology" / "shape" / "wolf.ttl"
    shape.parent.mkdir(parents=True)
    shape.write_text(
        HEADER + "[] a sh:NodeShape ; sh:targetClass cami:Wolf ; sh:property [ sh:path cami:name ; sh:minCount 1 ] .",
        encoding="utf-8",
    )
    data = RdfGraph().parse(data=HEADER + "cami:a a cami:Wolf ; cami:b 1 . cami:c a cami:Wolf ; cami:name 2 .")

    found = [
        (result.node.value, result.component) for result in Shapes.read(Home(tmp_path, editable=True)).validate(data)
    ]

    assert found == [("https://w3id.org/cami/ns/a", "MinCount")]


def test_rules_run_once_find_what_pyshacl_finds_node_by_node(folder: Path) -> None:
    """A rule with `$this` free finds the nodes that pySHACL finds by putting in one focus node after the other."""
    (folder / "species" / "dog.ttl").write_text(FAULTY_CLAIMS, encoding="utf-8")

    assert len(agree_on_rules(claims_of(load(folder)))) > 5


@pytest.mark.long
def test_rules_agree_on_a_spoilt_miniature(spoilt: Graph) -> None:
    """The same holds for the whole miniature with faults."""
    assert agree_on_rules(claims_of(spoilt))


def test_the_real_graph_conforms(real: Graph) -> None:
    """The project's own graph has no error; if it has: run `cami check`."""
    assert [finding for finding in check(real).findings if finding.severity == "error"] == []
