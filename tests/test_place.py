"""Nodes without an IRI, files without their main thing, things in two files: each is a finding with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cami_kg.check import check
from cami_kg.check.report import Finding
from cami_kg.graph import load
from cami_kg.terms import prefixes

HEADER = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes().items())
FIRST = len(prefixes()) + 1
STATE = """state:XA a cami:State ; skos:prefLabel "Arenia"@en , "Арения"@ru ; dwc:countryCode "XA" ;
  cami:confidence confidence:high ; prov:wasDerivedFrom source:book .
"""
CODE = STATE.index('"XA"') + 1
BOOK = """source:book a cami:Source ; dcterms:title "Wolves"@en ; dcterms:publisher "Press" ; dcterms:rights "unknown" ;
  cami:terms terms:unknown ; dcterms:issued "1990"^^xsd:gYear ; cami:sourceKind source-kind:report .
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state and its source, without a fault."""
    put(tmp_path, "state/XA.ttl", STATE)
    put(tmp_path, "source/books.ttl", BOOK)
    return tmp_path


def put(folder: Path, name: str, text: str) -> Path:
    """Write a file below a folder of claims, prefixes first; the text begins in line `FIRST`."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEADER + text, encoding="utf-8")
    return path


def found(folder: Path, *paths: Path) -> list[Finding]:
    """The findings in a folder, or in some of its files."""
    return list(check(load(folder, tolerant=True), paths or [folder]).findings)


def told(findings: list[Finding]) -> list[tuple[object, ...]]:
    """Where each finding is, and about what."""
    return [(each.file and each.file.name, each.line, each.column, each.node, each.path) for each in findings]


def test_files_in_their_places_have_no_findings(folder: Path) -> None:
    """A file that describes the thing of its name, and a family of things, are as they should be."""
    assert found(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"XA"', "[ a cami:Foo ]", (FIRST, CODE, "state:XA", "dwc:countryCode")),
        ('"XA"', "_:code", (FIRST, CODE, "state:XA", "dwc:countryCode")),
        ("state:XA a", "[] a cami:Bar .\nstate:XA a", (FIRST, 1, None, None)),
        ("state:XA a", '_:x schema:startDate "2014-02-30"^^xsd:date .\nstate:XA a', (FIRST, 1, None, None)),
    ],
)
def test_a_node_without_an_iri_is_told_where_it_stands(
    folder: Path, old: str, new: str, place: tuple[object, ...]
) -> None:
    """It is one finding with place and advice, and what else is wrong is told too."""
    path = put(folder, "state/XA.ttl", STATE.replace(old, new))
    put(folder, "source/books.ttl", BOOK.replace("terms:unknown", "terms:unknwon"))

    findings = [finding for finding in found(folder) if finding.shape == "place"]

    assert told(findings) == [("XA.ttl", *place)]
    assert findings[0].message == "A node without an IRI stands here."
    assert (findings[0].fix or "").startswith("Give the node an IRI of its own")
    assert "terms:unknwon" in {finding.value for finding in found(folder)}
    assert told(found(folder, path)) == [("XA.ttl", *place)]


def test_a_list_is_a_node_without_an_iri(folder: Path) -> None:
    """Turtle's brackets for lists make nodes without an IRI."""
    put(folder, "state/XA.ttl", STATE.replace('"XA"', '( "XA" )'))

    assert told(found(folder)) == [("XA.ttl", FIRST, CODE, "state:XA", "dwc:countryCode")]


def test_a_file_describes_the_thing_of_its_name(folder: Path) -> None:
    """A file of a state that describes another one is told, with what to describe."""
    path = put(folder, "state/XB.ttl", STATE)
    (folder / "state" / "XA.ttl").unlink()

    findings = found(folder)

    assert told(findings) == [("XB.ttl", 1, 1, "state:XB", None)]
    assert findings[0].message == "This file does not describe the thing it is named for."
    assert findings[0].fix == "Describe state:XB here, or rename the file."
    assert found(folder, path) == findings


@pytest.mark.parametrize("name", ["state/XB.ttl", "place/dunes.ttl"])
def test_an_empty_file_is_told(folder: Path, name: str) -> None:
    """A file without a statement does not pass, checked alone or with all others."""
    path = put(folder, name, "# nothing yet\n")

    assert [finding.message for finding in found(folder)] == ["This file says nothing."]
    assert [finding.severity for finding in found(folder, path)] == ["error"]


def test_a_thing_in_two_files_is_told_in_both(folder: Path) -> None:
    """What two files describe is a finding in each, which names the other."""
    path = put(folder, "source/treaties.ttl", "\n" + BOOK)

    findings = found(folder)

    assert told(findings) == [
        ("books.ttl", FIRST, 1, "source:book", None),
        ("treaties.ttl", FIRST + 1, 1, "source:book", None),
    ]
    assert findings[0].message == f"source:book is described in {path.as_posix()} too."
    assert findings[0].fix == "Keep one of the two, or give this one another name."


def test_what_a_broken_file_describes_is_not_missed(folder: Path) -> None:
    """A broken file is told first, and that nothing describes its thing is not held against others."""
    (folder / "state" / "XC.ttl").write_text("<", encoding="utf-8")
    claim = "range:saiga-XC a cami:RangeStatement ; cami:taxon state:XA ; cami:state state:XC , state:XD .\n"
    put(folder, "place/dunes.ttl", claim)

    findings = found(folder)
    values = {finding.value for finding in findings}

    assert [finding.file and finding.file.name for finding in findings][:2] == ["XC.ttl", "dunes.ttl"]
    assert ("state:XC" in values, "state:XD" in values) == (False, True)
