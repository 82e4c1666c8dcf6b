"""The shapes keep the house rules: every constraint says what to write, and names what there is."""

from __future__ import annotations

import re

import pyshacl
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SH, SKOS
from shape_fixtures import shapes

from cami_kg import terms
from cami_kg.home import home

CAMI = rdflib.Namespace(terms.NS)
FILES = sorted((home().ontology / "shape").glob("*.ttl"))


def read(*paths):
    """Return the triples of some files."""
    graph = rdflib.Graph()
    for path in paths:
        graph.parse(path)
    return graph


WRITTEN = read(*FILES)
ONTOLOGY = read(home().ontology / "borrowed.ttl", home().ontology / "cami.ttl")
SCHEMES = read(*sorted((home().ontology / "scheme").glob("*.ttl")))
CLOSED = sorted(WRITTEN.subjects(SH.closed))


def name(node):
    """Return a node as an editor writes it."""
    return terms.curie(str(node)) or str(node)


def test_shapes_are_valid_shacl():
    """The shapes conform to the shapes of SHACL itself."""
    pyshacl.validate(rdflib.Graph(), shacl_graph=rdflib.Graph() + shapes().core, meta_shacl=True)


def test_shapes_use_the_words_of_shacl_only():
    """A misspelt word such as sh:targetClas would be passed over in silence."""
    words = {node for triple in WRITTEN for node in (triple[1], triple[2]) if str(node).startswith(str(SH))}
    strange = {node for node in WRITTEN.predicates() if not str(node).startswith((str(SH), str(RDF)))}

    assert sorted(word for word in words if word not in SH) == []
    assert sorted(strange) == []


@pytest.mark.parametrize("shape", CLOSED, ids=name)
def test_a_closed_shape_has_the_form_of_all(shape):
    """It targets classes, wants an IRI, and lets nothing but rdf:type stand beside its properties."""
    assert list(WRITTEN.objects(shape, SH.targetClass)) != []
    assert list(WRITTEN.objects(shape, SH.nodeKind)) == [SH.IRI]
    assert list(WRITTEN.objects(shape, SH.closed)) == [rdflib.Literal(True)]
    assert list(WRITTEN.items(WRITTEN.value(shape, SH.ignoredProperties))) == [RDF.type]


def test_every_constraint_says_what_to_write():
    """Every shape and rule has one message in English, a sentence; only shapes that carry rules have none."""
    kinds = (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint)
    nodes = {node for kind in kinds for node in WRITTEN.subjects(RDF.type, kind)}
    nodes |= {node for link in (SH.property, SH.sparql, SH.qualifiedValueShape) for node in WRITTEN.objects(None, link)}
    looking = {RDF.type, SH.targetClass, SH.targetSubjectsOf, SH.sparql, SH.severity}
    speaking = {node for node in nodes if set(WRITTEN.predicates(node)) - looking}

    def says(node):
        messages = list(WRITTEN.objects(node, SH.message))
        return len(messages) == 1 and messages[0].language == "en" and re.fullmatch(r"[A-Z].*[.…]", messages[0])

    assert sorted(name(node) for node in speaking if not says(node)) == []


def test_shapes_have_names():
    """Whatever a finding can name has an IRI: the name of the rule that is broken."""
    kinds = (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint)
    nodes = [node for kind in kinds for node in WRITTEN.subjects(RDF.type, kind)]
    parts = [node for link in (SH.property, SH.sparql, SH.node) for node in WRITTEN.objects(None, link)]

    assert [node for node in [*nodes, *parts] if not str(node).startswith(terms.BASE + "shape/")] == []
    assert sorted({name(part) for part in parts} - {name(node) for node in nodes}) == []
    assert len({str(node).lower() for node in nodes}) == len(set(nodes)), "Two names differ in capitals only."


def test_every_class_has_a_closed_shape():
    """Each declared class that no other one divides further is the target of exactly one closed shape."""
    divided = set(ONTOLOGY.objects(None, RDFS.subClassOf))
    leaves = set(ONTOLOGY.subjects(RDF.type, OWL.Class)) - divided
    targets = [target for shape in CLOSED for target in WRITTEN.objects(shape, SH.targetClass)]

    assert sorted(map(name, leaves)) == sorted(map(name, targets))


def test_targets_are_declared():
    """No shape looks for a class that the ontology does not declare."""
    declared = set(ONTOLOGY.subjects(RDF.type, OWL.Class))
    named = {*WRITTEN.objects(None, SH.targetClass), *WRITTEN.objects(None, SH["class"])}

    assert sorted(map(name, named - declared)) == []


def test_shapes_and_ontology_know_the_same_properties():
    """Each property of ours that a shape names is declared, and each that is declared stands in a shape."""
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty)
    declared = {term for kind in kinds for term in ONTOLOGY.subjects(RDF.type, kind) if term.startswith(CAMI)}
    named = {path for path in WRITTEN.objects(None, SH.path) if str(path).startswith(CAMI)}
    asked = {
        CAMI[local] for query in WRITTEN.objects(None, SH.select) for local in re.findall(r"\bcami:([a-z]\w*)", query)
    }

    assert sorted(map(name, named - declared)) == [], "Declare it in ontology/cami.ttl."
    assert sorted(map(name, asked - declared)) == [], "Declare it in ontology/cami.ttl."
    assert sorted(map(name, declared - named)) == [], "Give it a property shape."


def test_whatever_shapes_let_into_the_graph_is_declared():
    """A property of another vocabulary that a shape names has labels in borrowed.ttl, and none stands there idly."""
    declared = set(ONTOLOGY.subjects(RDF.type, RDF.Property))
    named = {path for path in WRITTEN.objects(None, SH.path) if isinstance(path, rdflib.URIRef)} | {RDF.type}
    values = {node for list_ in WRITTEN.objects(None, SH["in"]) for node in WRITTEN.items(list_)}
    borrowed = {path for path in named if not str(path).startswith(CAMI)}

    assert sorted(map(name, borrowed - declared)) == [], "Declare it in ontology/borrowed.ttl."
    assert sorted(map(name, declared - borrowed - values)) == [], "Take it out of ontology/borrowed.ttl, or use it."


def test_a_shape_file_has_the_name_of_its_kind():
    """The IRIs of a kind begin with the name of the file of its shape."""
    for path in FILES:
        shapes_of_file = read(path)
        for shape in shapes_of_file.subjects(SH.closed):
            pattern = shapes_of_file.value(rdflib.URIRef(f"{shape}-iri"), SH.pattern)
            segment = re.match(r"\^https://w3id\\\.org/cami/id/([a-z-]+)/", str(pattern))
            assert segment is None or segment[1] == path.stem, f"{path}: {name(shape)} asks for {pattern}"


def test_what_shapes_name_exists():
    """Schemes in patterns, and things in lists and rules, are described by the ontology."""
    schemes = {str(scheme).rsplit("/", 1)[1] for scheme in SCHEMES.subjects(RDF.type, SKOS.ConceptScheme)}
    concepts = {str(concept) for concept in SCHEMES.subjects(RDF.type, SKOS.Concept)}
    members = {str(node) for list_ in WRITTEN.objects(None, SH["in"]) for node in WRITTEN.items(list_)}
    queries = " ".join(WRITTEN.objects(None, SH.select))
    named = {word for word in re.findall(r"[a-z-]+:[a-z-]+", queries) if word.split(":")[0] in schemes}
    patterns = {
        scheme
        for shape, pattern in WRITTEN.subject_objects(SH.pattern)
        if (shape, SH["class"], SKOS.Concept) in WRITTEN
        for scheme in re.sub(r"^\^https://w3id\\\.org/cami/id/|[()/]", "", pattern).split("|")
    }

    assert sorted(patterns - schemes) == []
    things = {node for node in members if node.startswith("http") and not node.startswith(str(SKOS))}
    assert sorted(things - concepts) == []
    assert sorted(word for word in named if terms.expand(word) not in concepts) == []


@pytest.mark.parametrize("pattern", sorted({str(pattern) for pattern in WRITTEN.objects(None, SH.pattern)}))
def test_patterns_cannot_run_away(pattern):
    """A pattern has no repetition of a repetition, for which a text could make the matcher try every way to cut it."""
    re.compile(pattern)

    assert not repeats_repetitions(pattern)


def repeats_repetitions(pattern):
    """Tell whether a group that repeats without end holds something that repeats without end."""
    text = re.sub(r"\[(?:\\.|[^\]])*\]", "c", re.sub(r"\\.", "c", pattern))
    while group := re.search(r"\(([^()]*)\)(\*|\+|\{\d+,\})?", text):
        endless = re.search(r"[*+]|\{\d+,\}", group[1])
        if endless and group[2]:
            return True
        text = text[: group.start()] + ("c*" if endless else "c") + text[group.end() :]
    return False


def test_a_runaway_pattern_would_be_seen():
    """The check of patterns knows the usual ways to repeat a repetition."""
    assert [p for p in ("(a+)+", "^([a-z]+)*$", r"((a|b*)c?)+", "(x{2,})*") if not repeats_repetitions(p)] == []
    assert [p for p in ("a+b*", "^(a|[.-]b)*$", "([(]+)?") if repeats_repetitions(p)] == []
