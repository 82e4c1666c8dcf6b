"""Canonical Turtle: one form for one set of triples, and nothing lost on the way."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph
from cami_kg.terms import prefixes
from cami_kg.turtle import format_file, format_paths, format_text, written

HEADER = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes().items())
FORMATTED = '''# A note to the next editor.

PREFIX cami: <https://w3id.org/cami/ns/>
PREFIX dwc: <http://rs.tdwg.org/dwc/terms/>
PREFIX range: <https://w3id.org/cami/id/range/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX species: <https://w3id.org/cami/id/species/>

species:wolf
    a dwc:Taxon ;
    skos:prefLabel
        "wolf"@en ,
        "волк"@ru ;
    skos:altLabel "grey wolf"@en ;
    cami:count 12 ;
    dwc:scientificName "Canis lupus" ;
    skos:note """Two
"quoted" lines."""@en ;
.

range:wolf-2
    a cami:RangeStatement ;
.

range:wolf-10
    a cami:RangeStatement ;
.
'''
SCRAMBLED = (
    "# A note to the next editor.\n"
    + HEADER
    + r"""range:wolf-10 a cami:RangeStatement . range:wolf-2 a cami:RangeStatement .
    species:wolf skos:note "Two\n\"quoted\" lines."@en ; dwc:scientificName 'Canis lupus' ; cami:count 12 ;
    skos:prefLabel "волк"@ru , "wolf"@en ; skos:altLabel "grey wolf"@en ; a dwc:Taxon ."""
)


def test_one_form_for_one_set_of_triples() -> None:
    """Prefixes used, main thing first, then by kind and natural order; label first, one object per line."""
    assert format_text(SCRAMBLED, "data/species/wolf.ttl") == FORMATTED
    assert format_text(FORMATTED, "data/species/wolf.ttl") == FORMATTED


@pytest.mark.parametrize("first", ["a skos:ConceptScheme", "a owl:Ontology"])
def test_schemes_and_ontologies_come_first(first: str) -> None:
    """A file that is not about one thing starts with its scheme or ontology."""
    text = format_text(HEADER + f"threat:a a skos:Concept . cami:zoo {first} .", "ontology/scheme/threat.ttl")

    assert text.index("cami:zoo") < text.index("threat:a")


@pytest.mark.parametrize(
    "turtle",
    ["12", "+012", "1.50", "true", '"1"^^xsd:decimal', '"1E3"^^xsd:double', '"x"^^xsd:anyURI', '"01"^^xsd:boolean'],
)
def test_literals_keep_their_form(turtle: str) -> None:
    """A literal is written so that it is read back letter by letter; only plain numbers stand without quotes."""
    assert f"cami:a cami:b {turtle} ;\n" in format_text(HEADER + f"cami:a cami:b {turtle} .", "x.ttl").replace(
        "cami:a\n    ", "cami:a "
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("cami:a cami:b cami:c . # why", 1),
        ("cami:a\n  # why\n  cami:b cami:c .", 2),
        ('cami:a cami:b """one\n# no comment\n""" .\n# why', 4),
    ],
)
def test_a_comment_between_statements_is_refused(text: str, line: int) -> None:
    """A comment that formatting would lose is refused with its line."""
    line += HEADER.count("\n")

    with pytest.raises(CamiError, match=rf"^x\.ttl:{line}: A comment stands between the statements"):
        format_text(HEADER + text, "x.ttl")


@pytest.mark.parametrize("text", ['"# no comment"', "<urn:x#y>", "'''#'''", r'"\"#"', '"it\'s #1"'])
def test_a_hash_within_a_string_or_iri_is_no_comment(text: str) -> None:
    """What looks like a comment within a string or an IRI is none."""
    assert "#" in format_text(HEADER + f"cami:a cami:b {text} .", "x.ttl").splitlines()[-2]


@pytest.mark.parametrize("text", ["_:a cami:b cami:c .", "[] cami:b cami:c .", "cami:a cami:b\n( 1 2 ) ."])
def test_a_node_without_iri_is_refused(text: str) -> None:
    """A blank node or a list is refused with its line."""
    with pytest.raises(CamiError, match=r"^x\.ttl:\d+: A node without an IRI"):
        format_text(HEADER + text, "x.ttl")


def test_what_is_not_turtle_is_refused_with_its_place() -> None:
    """A syntax error names file, line and column."""
    with pytest.raises(CamiError, match=r"^x\.ttl:2:1: not Turtle: The prefix cami: has not been declared"):
        format_text("\ncami:a cami:b cami:c .", "x.ttl")


def test_a_file_is_replaced_as_a_whole_and_only_if_it_changes(tmp_path: Path) -> None:
    """A file out of form is replaced and keeps its mode; one in form is not touched; --check writes nothing."""
    path = tmp_path / "species" / "wolf.ttl"
    path.parent.mkdir()
    path.write_text(SCRAMBLED, encoding="utf-8")
    path.chmod(0o640)

    assert (format_file(path, check=True), path.read_text(encoding="utf-8")) == (True, SCRAMBLED)
    assert (format_file(path), path.read_text(encoding="utf-8")) == (True, FORMATTED)
    assert (format_file(path), path.stat().st_mode & 0o777) == (False, 0o640)
    assert [file.name for file in path.parent.iterdir()] == ["wolf.ttl"]


def test_nothing_is_written_if_one_file_has_an_error(tmp_path: Path) -> None:
    """Formatting a folder changes all of its files or none."""
    good, bad = tmp_path / "a.ttl", tmp_path / "b.ttl"
    good.write_text(SCRAMBLED, encoding="utf-8")
    bad.write_bytes(b"# \xff\n")

    with pytest.raises(CamiError, match=r"b\.ttl:1: This is not UTF-8"):
        format_paths([tmp_path])

    assert good.read_text(encoding="utf-8") == SCRAMBLED


def test_shapes_keep_the_form_of_their_authors(tmp_path: Path) -> None:
    """Shapes hold lists and inner nodes, and are left alone."""
    path = tmp_path / "shape" / "x.ttl"
    path.parent.mkdir()
    path.write_text("[] a [] .", encoding="utf-8")

    assert format_paths([tmp_path, path]) == []


def test_a_path_that_is_no_turtle_is_wrong_usage(tmp_path: Path) -> None:
    """Naming what cannot be formatted is wrong usage."""
    with pytest.raises(UsageError, match="neither a folder nor a Turtle file"):
        format_paths([tmp_path / "nowhere.ttl"])


def test_the_projects_files_are_in_form() -> None:
    """Ontology, data and the miniature are in form; if not: run `cami format` (and on `tests/graph`)."""
    assert format_paths(check=True) + format_paths([Path(__file__).parent / "graph"], check=True) == []


def test_formatting_the_miniature_backwards_gives_the_same(miniature: Graph) -> None:
    """The form depends on the triples alone, not on their order."""
    for path in miniature.files.values():
        triples = sorted(
            (quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)), key=str, reverse=True
        )
        lines = "".join(f"{triple} .\n" for triple in triples)
        body = path.read_text(encoding="utf-8")

        assert format_text(lines, path) == body[body.index("PREFIX") :]


def test_hidden_files_have_no_form(tmp_path: Path) -> None:
    """Locks and copies that editors leave in a folder are passed over."""
    (tmp_path / ".saiga.ttl").write_text("<", encoding="utf-8")
    (tmp_path / ".#saiga.ttl").symlink_to("somebody@somewhere")

    assert format_paths([tmp_path], check=True) == []


NAMES = st.sampled_from(
    [
        *(f"{namespace}{local}" for namespace in prefixes().values() for local in ("a", "a.b", "1-2")),
        "urn:x",
        "https://example.org/#",
        "https://w3id.org/cami/id/species/(x)",
        "https://é.org/ё",
    ]
)
NODES = NAMES.map(ox.NamedNode)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text("\"\\\n\r\t'#<a ", max_size=8)
LITERALS = (
    TEXTS.map(ox.Literal)
    | st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from(["en", "ru", "zh-hant"]))
    | st.builds(
        lambda text, iri: ox.Literal(text, datatype=ox.NamedNode(iri)),
        TEXTS | st.from_regex(r"[+-]?[0-9]{0,3}\.?[0-9]{0,2}|true|false", fullmatch=True),
        st.sampled_from(
            [f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("integer", "decimal", "boolean", "date")]
        ),
    )
)
TRIPLES = st.sets(st.builds(ox.Triple, NODES, NODES, NODES | LITERALS), max_size=12)


@given(TRIPLES)
def test_formatting_keeps_every_triple_and_is_idempotent(triples: set[ox.Triple]) -> None:
    """Whatever the triples, the form says the same, and formatting it again changes nothing."""
    text = "".join(f"{triple} .\n" for triple in triples)

    formatted = format_text(text, "data/species/a.ttl")

    assert {quad.triple for quad in ox.parse(input=formatted, format=ox.RdfFormat.TURTLE)} == triples
    assert format_text(formatted, "data/species/a.ttl") == formatted


@given(NODES | LITERALS)
def test_a_term_reads_back_as_it_was(term: ox.NamedNode | ox.Literal) -> None:
    """A term as it is shown in findings is the Turtle for it."""
    quad = next(iter(ox.parse(input=f"{HEADER}<urn:a> <urn:b> {written(term)} .", format=ox.RdfFormat.TURTLE)))

    assert quad.object == term
