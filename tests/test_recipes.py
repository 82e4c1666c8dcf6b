"""CONTRIBUTING's recipes, followed on a copy of the checkout: each new thing goes in one place."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cami_kg.cli import run
from cami_kg.publish import dumps
from cami_kg.query import results

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A checkout to change: the package and the three folders of the graph."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("cami_kg", "ontology", "data", "queries"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests" / "query").mkdir(parents=True)
    return folder


def cami(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the command line of a copied checkout."""
    program = "from cami_kg.cli import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=folder, capture_output=True, text=True, env=environment
    )


def append(path: Path, text: str) -> None:
    """Add text to a file."""
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


SOURCE = """
source:snow-goat-report-2026
    a cami:Source ;
    cami:sourceKind source-kind:report ;
    cami:terms terms:unknown ;
    dcterms:publisher "Goat Watch" ;
    dcterms:rights "unknown" ;
    dcterms:title "Snow goat report 2026" ;
.
"""
SPECIES = """
PREFIX cami: <https://w3id.org/cami/ns/>
PREFIX confidence: <https://w3id.org/cami/id/confidence/>
PREFIX dwc: <http://rs.tdwg.org/dwc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX source: <https://w3id.org/cami/id/source/>
PREFIX species: <https://w3id.org/cami/id/species/>

species:snow-goat
    a dwc:Taxon ;
    skos:prefLabel
        "Snow goat"@en ,
        "Снежный козёл"@ru ;
    cami:confidence confidence:medium ;
    cami:translatedLabel "ru" ;
    dwc:family "Bovidae" ;
    dwc:order "Artiodactyla" ;
    dwc:scientificName "Capra nivis" ;
    dwc:taxonRank "species" ;
    prov:wasDerivedFrom source:snow-goat-report-2026 ;
.
"""


def test_a_new_source_and_a_new_species_go_in_one_file_each(copy):
    """`cami new` makes both; check says what is missing in them; filled in, the graph is clean and knows them."""
    made = [cami(copy, "new", "source", "Snow goat report 2026"), cami(copy, "new", "species", "Snow goat")]
    assert [0, 0] == [ran.returncode for ran in made], made
    unfilled = cami(copy, "check", "data/species/snow-goat.ttl")
    assert (1, True) == (unfilled.returncode, "data/species/snow-goat.ttl:" in unfilled.stdout), unfilled

    (source,) = [path for path in (copy / "data/source").glob("*.ttl") if "snow-goat-report" in path.read_text()]
    text = source.read_text(encoding="utf-8")
    start = text.index("\nsource:snow-goat-report-2026")
    end = text.index("\n.\n", start) + 3
    source.write_text(text[:start] + SOURCE + text[end:], encoding="utf-8")
    (copy / "data/species/snow-goat.ttl").write_text(SPECIES, encoding="utf-8")
    cami(copy, "format")

    checked = cami(copy, "check")
    assert 0 == checked.returncode, checked.stdout
    assert "Capra nivis" in cami(copy, "show", "snow-goat", "--lang", "ru").stdout


def test_a_new_instrument_goes_in_one_file(copy):
    """`cami new instrument` writes the file and says what to do next; check names what to fill in."""
    made = cami(copy, "new", "instrument", "Snow goat MOU")

    assert 0 == made.returncode, made.stderr
    assert (copy / "data/instrument/snow-goat-mou.ttl").is_file()
    assert "data/instrument/snow-goat-mou.ttl" in made.stdout
    assert 1 == cami(copy, "check", "data/instrument/snow-goat-mou.ttl").returncode
    (copy / "data/instrument/snow-goat-mou.ttl").unlink()


def test_a_new_query_goes_in_one_file(copy):
    """`cami new query` writes a file that is a command at once."""
    made = cami(copy, "new", "query", "goats-of-state")

    assert 0 == made.returncode, made.stderr
    assert 0 == cami(copy, "query", "goats-of-state", "--help").returncode
    assert "goats-of-state" in cami(copy, "query").stdout


def test_a_new_link_target_goes_in_one_file(copy):
    """The file of another target under new names is a new target, and `links-of` knows it."""
    text = (copy / "data/link/worms.ttl").read_text(encoding="utf-8")
    names = [
        ("worms", "goat-base"),
        ("World Register of Marine Species", "Goat base"),
        ("реестр морских", "перечень коз"),
    ]
    for old, new in [
        *names,
        ("www\\\\.marinespecies\\\\.org", "goats\\\\.example"),
        ("www.marinespecies.org", "goats.example"),
    ]:
        text = text.replace(old, new)
    (copy / "data/link/goat-base.ttl").write_text(text, encoding="utf-8")
    cami(copy, "format")

    checked = cami(copy, "check", "data/link/goat-base.ttl")
    assert 0 == checked.returncode, checked.stdout
    assert "goats.example" in cami(copy, "query", "links-of", "--thing", "gobi-bear", "--format", "csv").stdout


def test_a_new_answer_format_goes_in_one_table(monkeypatch, capsysbinary):
    """A function in the table of formats is a word of `--format`."""
    monkeypatch.setitem(results.FORMATS, "count", lambda answer, _lang, _width: f"{len(answer.rows)}\n")

    assert 0 == run(["query", "range-states", "--as-of", "2016-01-01", "--format", "count"])
    assert b"14\n" == capsysbinary.readouterr().out


def test_a_new_dump_format_goes_in_one_table():
    """Every format of a release stands in one table, by the ending of its file."""
    assert {"ttl", "nt", "nq", "trig", "jsonld", "rdf"} <= set(dumps.FORMATS)
