"""A release says the same in every format, in the same bytes every time, and carries checksums."""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import zstandard

from cami_kg import terms
from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import load
from cami_kg.home import home
from cami_kg.publish import PARTS, publish
from cami_kg.publish.canonical import sorted_lines
from cami_kg.publish.dumps import FORMATS

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "graph" / "data"
WITH_GRAPHS = ("nq", "trig")
RDFLIB = {"nq": "nquads", "trig": "trig", "nt": "nt", "ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
RAPPER = {"nq": "nquads", "trig": "trig", "nt": "ntriples", "ttl": "turtle", "rdf": "rdfxml"}

NOT_TABLES = [part for part in PARTS if part != "tables"]  # these hold only what the shapes allow, not the hard texts

HARD_TEXTS = r"""
PREFIX cami: <https://w3id.org/cami/ns/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX source: <https://w3id.org/cami/id/source/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

source:hard
    a cami:Source ;
    cami:areaKm2 1.00 , 2.5 ;
    cami:best 12 , "1.5"^^xsd:decimal ;
    cami:locator "@id" , "source:hard" , "_:b" , "https://example.org/" , " space " , "" ;
    cami:section "a \\ \"b\" \n\t<c> & ]]> \u007F" ;
    cami:taxon <https://example.org/a(b)?c=%20&d='e'> , <urn:x:y> , <https://w3id.org/cami/id/species/a.b-c> ;
    dcterms:title "plain" , "English"@en , "Русский 🦌"@ru , "2014"^^xsd:gYear ;
    schema:startDate "2014"^^xsd:gYear , "2014-05-01"^^xsd:date , "2014-05"^^xsd:gYearMonth ;
    schema:url "https://example.org/?a=1&b=2"^^xsd:anyURI ;
    skos:altLabel "one"@en , "two"@en , "three"@en-GB ;
    skos:editorialNote source:hard ;
.
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    """Load the miniature, and with it a source whose texts are hard to write."""
    data = tmp_path_factory.mktemp("graph") / "data"
    shutil.copytree(DATA, data)
    (data / "source" / "hard.ttl").write_text(HARD_TEXTS, encoding="utf-8")
    return load(data)


@pytest.fixture(scope="module")
def dist(graph, tmp_path_factory):
    """Publish a whole release of it."""
    out = tmp_path_factory.mktemp("release") / "dist"
    publish(graph, out, NOT_TABLES, date(2016, 1, 1))
    return out


@pytest.fixture(scope="module")
def source(graph):
    """Parse every quad of the source files anew."""
    return {
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(name))
        for name, path in graph.files.items()
        for triple in ox.parse(path=path, format=ox.RdfFormat.TURTLE)
    }


def triples(quads):
    """Return quads without their graphs."""
    return {quad.triple for quad in quads}


def oxigraph(term):
    """Turn a term of rdflib into one of pyoxigraph."""
    if not isinstance(term, rdflib.Literal):
        return ox.NamedNode(str(term))
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return ox.Literal(str(term), datatype=ox.NamedNode(term.datatype or terms.XSD + "string"))


def one_file(tmp_path, text):
    """Load a graph with one file of claims."""
    path = tmp_path / "data" / "source" / "one.ttl"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PREFIX source: <https://w3id.org/cami/id/source/>\n" + text)
    return load(tmp_path / "data")


@pytest.mark.parametrize("ending", FORMATS)
def test_pyoxigraph_reads_every_dump_as_the_source_files(dist, source, ending):
    """All triples, their literals in the form of the source, and in N-Quads and TriG the file they come from."""
    found = set(ox.parse(path=dist / "dumps" / f"cami.{ending}", format=FORMATS[ending]))

    assert (source if ending in WITH_GRAPHS else triples(source)) == (
        found if ending in WITH_GRAPHS else triples(found)
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize("ending", RDFLIB)
def test_rdflib_reads_every_dump_as_the_source_files(dist, source, ending, monkeypatch):
    """The same triples, literals in their form."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    read = rdflib.Dataset(default_union=True).parse(dist / "dumps" / f"cami.{ending}", format=RDFLIB[ending])

    found = {ox.Triple(*map(oxigraph, quad[:3])) for quad in read.quads()}
    assert triples(source) == found


@pytest.mark.parametrize("ending", RAPPER)
@pytest.mark.skipif(not shutil.which("rapper"), reason="rapper is not installed (Debian: raptor2-utils)")
def test_rapper_reads_every_dump_as_the_source_files(dist, source, ending):
    """The same triples, by a third and independent parser."""
    command = ["rapper", "--quiet", "-i", RAPPER[ending], "-o", "ntriples", dist / "dumps" / f"cami.{ending}"]
    ran = subprocess.run(command, capture_output=True)

    assert (ran.returncode, ran.stderr) == (0, b"")
    assert triples(source) == triples(ox.parse(ran.stdout, format=ox.RdfFormat.N_TRIPLES))


def test_a_new_format_is_one_line_in_the_table(graph, tmp_path, monkeypatch):
    """It is written, compressed and read back like the others."""
    monkeypatch.setitem(FORMATS, "n3", ox.RdfFormat.N3)
    publish(graph, tmp_path / "dist", only=["dumps"])

    assert (tmp_path / "dist" / "dumps" / "cami.n3.gz").is_file()


@pytest.mark.parametrize("ending", ["nq", "nt"])
def test_line_formats_are_canonical(dist, ending):
    """Lines are distinct and sorted by their bytes, so that without blank nodes they are the RDFC-1.0 form."""
    lines = (dist / "dumps" / f"cami.{ending}").read_bytes().splitlines()

    assert sorted(set(lines)) == lines


DUMPS = [*(f"cami.{ending}" for ending in FORMATS), "derived.nq", "cami-and-derived.nt"]


@pytest.mark.parametrize("name", DUMPS)
def test_compressed_dumps_hold_the_same_bytes_and_no_time(dist, name):
    """The header of gzip names no file and no time."""
    plain = (dist / "dumps" / name).read_bytes()
    packed = (dist / "dumps" / f"{name}.gz").read_bytes()

    assert plain == gzip.decompress(packed)
    assert bytes(5) == packed[3:8]
    assert plain == zstandard.ZstdDecompressor().decompress((dist / "dumps" / f"{name}.zst").read_bytes())


def test_derived_triples_lie_apart_and_together(graph, dist, source):
    """Apart they are those that a loaded graph holds besides its sources, together all of them; both are sorted."""
    apart = (dist / "dumps" / "derived.nq").read_bytes()
    together = (dist / "dumps" / "cami-and-derived.nt").read_bytes()
    derived = set(ox.parse(apart, format=ox.RdfFormat.N_QUADS))

    assert {terms.graph_iri("derived", rule) for rule in ("links", "rdfs-labels")} == {
        quad.graph_name.value for quad in derived
    }
    assert derived == set(graph.derived())
    assert triples(source) | triples(derived) == triples(ox.parse(together, format=ox.RdfFormat.N_TRIPLES))
    for lines in (apart.splitlines(), together.splitlines()):
        assert sorted(set(lines)) == lines


@pytest.mark.parametrize("ending", ["ttl", "trig"])
def test_turtle_and_trig_declare_the_prefixes_they_use(dist, ending):
    """Each declared prefix occurs below; they are sorted, and nothing else of the table is there."""
    text = (dist / "dumps" / f"cami.{ending}").read_text(encoding="utf-8")
    declared = [line.split()[1].rstrip(":") for line in text.splitlines() if line.startswith("@prefix")]
    body = text[text.rindex("@prefix") :].split("\n", 1)[1]

    assert sorted(declared) == declared
    assert [prefix for prefix in declared if f"{prefix}:" not in body] == []
    assert {prefix: terms.prefixes().get(prefix) for prefix in declared if prefix not in terms.prefixes()} == {}


def test_no_namespace_of_the_prefix_table_begins_another():
    """Otherwise a name could be written in two ways, and a release in two forms."""
    names = sorted(terms.prefixes().values())
    found = [(one, other) for one, other in pairwise(names) if other.startswith(one)]

    assert found == [], "Give one of the two another namespace in ontology/prefixes.ttl."


def test_the_class_of_a_thing_stands_first(dist):
    """As an editor writes it."""
    text = (dist / "dumps" / "cami.ttl").read_text(encoding="utf-8")
    stanzas = [line for line in text.splitlines() if line and not line.startswith(("\t", "@prefix"))]

    assert [line for line in stanzas if line.split()[1] != "a"] == []


def test_json_ld_is_compact_with_our_context_inside(dist):
    """Keys and values are short names, languages are keys, and no context has to be fetched."""
    document = json.loads((dist / "dumps" / "cami.jsonld").read_bytes())
    nodes = {node["@id"]: node for node in document["@graph"]}
    hard = nodes["source:hard"]

    assert json.loads((home().ontology / "context.jsonld").read_bytes())["@context"] == document["@context"]
    assert hard["@type"] == "cami:Source"
    assert hard["skos:altLabel"] == {"en": ["one", "two"], "en-gb": "three"}
    assert hard["dcterms:title"]["en"] == "English"
    assert hard["dcterms:title"]["@none"] == "plain"
    assert hard["schema:url"] == "https://example.org/?a=1&b=2"
    assert sorted(hard["cami:best"], key=str) == ["12", {"@type": "xsd:decimal", "@value": "1.5"}]


def test_the_context_agrees_with_the_prefix_table_and_the_ontology():
    """It has every prefix, only terms of the table, and says of every object property of ours that it holds IRIs."""
    context = json.loads((home().ontology / "context.jsonld").read_bytes())["@context"]
    prefixes = {key: value for key, value in context.items() if isinstance(value, str)}
    rules = {key: value for key, value in context.items() if isinstance(value, dict)}
    links = {
        terms.curie(quad.subject.value)
        for quad in ox.parse(path=home().ontology / "cami.ttl", format=ox.RdfFormat.TURTLE)
        if quad.object == ox.NamedNode(terms.expand("owl:ObjectProperty"))
    }

    assert terms.prefixes() == prefixes, "Make the prefixes of ontology/context.jsonld those of prefixes.ttl."
    assert {key: rule for key, rule in rules.items() if terms.curie(terms.expand(key)) != key} == {}
    missing = sorted(link for link in links if rules.get(link) != {"@type": "@id"})
    assert missing == [], 'Add `"<name>": {"@type": "@id"}` for each to ontology/context.jsonld.'


def test_shapes_stand_apart_and_whole(dist):
    """`shapes.ttl` has every triple of every shape file; the graph's dumps have none of them."""
    files = sorted((home().ontology / "shape").glob("*.ttl"))
    apart = sum(1 for path in files for _ in ox.parse(path=path, format=ox.RdfFormat.TURTLE))
    together = list(ox.parse(path=dist / "dumps" / "shapes.ttl", format=ox.RdfFormat.TURTLE))

    assert apart == len(together)
    assert b"sh:NodeShape" not in (dist / "dumps" / "cami.ttl").read_bytes()


def test_checksums_name_every_other_file(dist):
    """In the form that `sha256sum --check` reads."""
    lines = (dist / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    files = sorted(path.relative_to(dist).as_posix() for path in dist.rglob("*") if path.is_file())
    files.remove("SHA256SUMS")

    assert [f"{hashlib.sha256((dist / file).read_bytes()).hexdigest()}  {file}" for file in files] == lines


def test_the_summary_counts_the_graph_and_the_release(graph, dist, tmp_path):
    """With the findings it was told of."""
    summary = publish(graph, tmp_path / "dist", NOT_TABLES, date(2016, 1, 1), findings=3)

    assert graph.counts() == {name: getattr(summary, name) for name in graph.counts()}
    files = [path for path in dist.rglob("*") if path.is_file()]
    assert (3, len(files), sum(path.stat().st_size for path in files)) == (
        summary.findings,
        summary.published,
        summary.bytes,
    )


def test_only_some_parts(graph, tmp_path):
    """`only` names the parts that the release has; an unknown one is refused with those that exist."""
    publish(graph, tmp_path / "dist", only=["answers"])

    assert sorted(path.name for path in (tmp_path / "dist").iterdir()) == ["SHA256SUMS", "answers"]
    with pytest.raises(UsageError, match="Did you mean answers"):
        publish(graph, tmp_path / "dist", only=["answer"])
    assert {"dumps", "answers"} <= PARTS.keys()


@pytest.mark.parametrize("text", [b"source:a source:b [] .", b"_:a source:b source:c .", b"source:a source:b (1) ."])
def test_blank_nodes_are_refused(tmp_path, text):
    """They have no name that stays the same from dump to dump."""
    with pytest.raises(CamiError, match=r"one\.ttl: A blank node has no name"):
        publish(one_file(tmp_path, text), tmp_path / "dist")

    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize("text", [rb'"a\rb"', rb'"\u0000"', rb'"\\\u0007"', '"\uffff"'.encode(), b'"""a\r\nb"""'])
def test_texts_that_xml_cannot_carry_are_refused(tmp_path, text):
    """The message names the node and the file."""
    with pytest.raises(CamiError, match=r"one\.ttl: A text of <https://w3id.org/cami/id/source/a> holds a control"):
        publish(one_file(tmp_path, b"source:a source:b " + text + b" ."), tmp_path / "dist")


@pytest.mark.parametrize("text", [rb'"C:\\run\\back\\fine"', rb'"tab\t line\n quote\" \\\\r"', b'"_:a"', b'"a _:b ."'])
def test_texts_that_only_look_like_that_are_published(tmp_path, text):
    """A backslash, or a colon after a low line, is text."""
    publish(one_file(tmp_path, b"source:a source:b " + text + b" ."), tmp_path / "dist", only=["dumps"])

    assert (tmp_path / "dist" / "SHA256SUMS").is_file()


def test_a_file_that_broke_since_it_was_loaded_is_named(tmp_path):
    """With line and column."""
    graph = one_file(tmp_path, b"source:a source:b source:c .")
    (tmp_path / "data" / "source" / "one.ttl").write_text("not Turtle")

    with pytest.raises(CamiError, match=r"one\.ttl:1:\d+: not Turtle"):
        publish(graph, tmp_path / "dist")


def test_a_file_that_went_away_since_is_named(tmp_path):
    """It is the source that is missing, not the release."""
    graph = one_file(tmp_path, b"source:a source:b source:c .")
    (tmp_path / "data" / "source" / "one.ttl").unlink()

    with pytest.raises(CamiError, match=r"one\.ttl: The file cannot be read any more"):
        publish(graph, tmp_path / "dist")


@pytest.mark.parametrize("ending", FORMATS)
def test_a_dump_cut_at_the_end_of_a_line_is_found(graph, dist, tmp_path, ending):
    """N-Triples cut like that parse; only reading back and counting shows it. The release that was there stays."""
    out = tmp_path / "dist"
    shutil.copytree(dist, out)
    before = (out / "SHA256SUMS").read_bytes()

    def cut(step):
        if step.startswith("compressing"):
            path = next(tmp_path.glob(f".*/dumps/cami.{ending}"))
            text = path.read_bytes()
            path.write_bytes(text[: text.rindex(b"\n", 0, len(text) // 2) + 1])

    with pytest.raises(CamiError, match=f"The {FORMATS[ending].name} dump"):
        publish(graph, out, progress=cut)

    assert before == (out / "SHA256SUMS").read_bytes()


@pytest.mark.parametrize("run", [1, 2, 3, 100])
def test_lines_sort_the_same_in_pieces(tmp_path, run):
    """However few fit into memory; nothing is left on the disk."""
    lines = [f"{number * 37 % 50:02}\n".encode() for number in range(50)]

    assert sorted(lines) == list(sorted_lines(lines, folder=tmp_path, run=run))
    assert list(tmp_path.iterdir()) == []


PUBLISH = f"""
import sys
from pathlib import Path
from cami_kg.graph import load
from cami_kg.publish import publish
publish(load(Path({str(DATA)!r})), Path(sys.argv[1]))
"""


def test_every_run_gives_the_same_bytes(tmp_path):
    """Whatever the hash seed, the time zone, the locale, the folder one stands in, and the order of runs."""
    places = [
        ("0", "UTC", "C"),
        ("1", "Asia/Almaty", "C.UTF-8"),
        ("2", "America/St_Johns", "ru_RU.UTF-8"),
        ("3", "", ""),
    ]
    releases = []
    for seed, zone, locale in places:
        out = tmp_path / seed
        env = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        env |= {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONUTF8": "0"}
        subprocess.run([sys.executable, "-c", PUBLISH, str(out)], check=True, env=env, cwd=tmp_path)
        releases.append({path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()})

    different = {str(path) for path in releases[0] for other in releases[1:] if other.get(path) != releases[0][path]}
    assert set() == different
    assert [len(releases[0])] * len(places) == [len(release) for release in releases]
