"""The tables say what the graph says, in every form, with keys that hold and the same bytes every time."""

import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
import shapely
from pyarrow import parquet

from cami_kg import terms
from cami_kg.errors import CamiError
from cami_kg.graph import load
from cami_kg.home import home
from cami_kg.publish import publish
from cami_kg.publish.tables.schema import LABELS, LANG_STRING, read_tables
from cami_kg.publish.tables.typed import typed

ROOT = Path(__file__).parent.parent
DAY = date(2026, 1, 1)
BIN = Path(sys.executable).parent
TYPE = ox.NamedNode(terms.RDF + "type")
HEADER = """
PREFIX cami: <https://w3id.org/cami/ns/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX source: <https://w3id.org/cami/id/source/>
"""
FIELDS = """
source:a a cami:Source ;
    cami:sourceKind <https://w3id.org/cami/id/source-kind/report> ;
    cami:terms <https://w3id.org/cami/id/terms/open> ;
    dcterms:publisher "A" ;
    dcterms:rights "B" ;
"""


@pytest.fixture(scope="module")
def graph():
    """Load the whole graph."""
    return load()


@pytest.fixture(scope="module")
def tables():
    """Read what tables there are."""
    return {table.name: table for table in read_tables(home().ontology / "shape")}


@pytest.fixture(scope="module")
def dist(graph, tmp_path_factory):
    """Publish the tables of the whole graph."""
    out = tmp_path_factory.mktemp("tables") / "dist"
    publish(graph, out, ["tables"], DAY)
    return out / "tables"


def lines(dist, name):
    """The header of a CSV file, and its rows; empty cells are None."""
    with (dist / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header, [[cell or None for cell in row] for row in rows]


def iri(cell):
    """The thing that a cell names."""
    return ox.NamedNode(terms.expand(cell) if cell.split(":")[0] in terms.prefixes() else cell)


def value(column, cell, language):
    """The term of the graph that a cell stands for."""
    if not column.datatypes:
        return iri(cell)
    if language or len(column.languages) == 1:
        return ox.Literal(cell, language=language or column.languages[0])
    if column.partial_date:
        kind = {4: "gYear", 7: "gYearMonth", 10: "date"}[len(cell)]
        return ox.Literal(cell, datatype=ox.NamedNode(terms.XSD + kind))
    if column.type == "number":
        return ox.Literal(cell, datatype=ox.NamedNode(terms.XSD + ("decimal" if "." in cell else "integer")))
    (datatype,) = column.datatypes - {LANG_STRING}
    return ox.Literal(cell, datatype=ox.NamedNode(datatype))


def read_back(dist, tables):
    """Every triple that the CSV files say."""
    for table in tables.values():
        header, rows = lines(dist, table.name)
        assert header == [column.name for column in table.columns]
        languages = {column.language_of: at for at, column in enumerate(table.columns) if column.language_of}
        for row in rows:
            thing = iri(row[0])
            if not table.path:
                yield thing, TYPE, ox.NamedNode(table.cls)
            for column, cell in zip(table.columns, row, strict=True):
                if column.path and cell is not None:
                    language = row[languages[column.path]] if column.path in languages else None
                    yield thing, ox.NamedNode(column.path), value(column, cell, language)


def test_the_csv_files_say_all_that_the_graph_says_of_these_things(graph, dist, tables):
    """Read back into triples, none is lost and none is new, but for what the ontology says of itself."""
    classes = {table.cls for table in tables.values()}
    of_class = {quad.subject for quad in graph.triples() if quad.predicate == TYPE and quad.object.value in classes}
    said = {(quad.subject, quad.predicate, quad.object) for quad in graph.triples() if quad.subject in of_class}
    found = list(read_back(dist, tables))

    assert len(found) == len(set(found))
    assert set(found) == said
    others = {quad.object.value for quad in graph.triples() if quad.predicate == TYPE} - classes
    assert all(name.startswith((terms.RDF, terms.SH, "http://www.w3.org/2002/07/owl#")) for name in others)


def test_labels_are_repeated_where_a_thing_has_them(dist, tables):
    """The columns label_en and label_ru agree with the table of labels."""
    for table in tables.values():
        if f"{table.name}_pref_label" in tables:
            header, rows = lines(dist, table.name)
            repeated = {
                (row[0], lang, row[header.index(name)])
                for row in rows
                for name, lang in LABELS.items()
                if row[header.index(name)]
            }
            labels = {tuple(row) for row in lines(dist, f"{table.name}_pref_label")[1] if row[1] in LABELS.values()}
            assert repeated == labels


def test_frictionless_finds_the_package_valid(dist):
    """With types, required and unique cells, primary and foreign keys."""
    ran = subprocess.run(
        [BIN / "frictionless", "validate", "datapackage.json", "--json"], cwd=dist, capture_output=True, text=True
    )
    package = json.loads((dist / "datapackage.json").read_bytes())

    assert ran.returncode == 0, ran.stdout[-2000:]
    assert json.loads(ran.stdout)["valid"]
    assert {Path(one["path"]).name for one in package["resources"]} == {path.name for path in (dist / "csv").iterdir()}
    assert all(
        field.get("title") for one in package["resources"] for field in one["schema"]["fields"] if "rdfType" in field
    )


def test_frictionless_finds_a_key_that_dangles(dist, tmp_path):
    """So the test before this one can fail."""
    subprocess.run(["cp", "-r", dist, tmp_path / "broken"], check=True)
    path = tmp_path / "broken" / "csv" / "coverage.csv"
    path.write_bytes(path.read_bytes().replace(b"species:", b"species:no-", 1))

    ran = subprocess.run(
        [BIN / "frictionless", "validate", "datapackage.json"], cwd=tmp_path / "broken", capture_output=True
    )

    assert ran.returncode != 0


def test_sqlite_holds_the_same_cells_and_its_keys_hold(dist, tables):
    """And its own checks find nothing."""
    with closing(sqlite3.connect(f"file:{dist / 'cami.sqlite'}?mode=ro", uri=True)) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        assert dict(base.execute("SELECT * FROM meta"))["date"] == DAY.isoformat()
        for table in tables.values():
            stored = {tuple(row) for row in base.execute(f'SELECT * FROM "{table.name}"')}
            cells = {
                tuple(
                    cell if column.type in ("string", "date") else typed(column, cell)
                    for column, cell in zip(table.columns, row, strict=True)
                )
                for row in lines(dist, table.name)[1]
            }
            assert stored == cells
            keys = {row[3] for row in base.execute(f'PRAGMA foreign_key_list("{table.name}")')}
            assert keys == {column.name for column in table.columns if column.table}


def test_parquet_holds_the_same_cells(dist, tables):
    """In the types of the columns."""
    for table in tables.values():
        read = parquet.read_table(dist / "parquet" / f"{table.name}.parquet")
        cells = [
            tuple(typed(column, cell) for column, cell in zip(table.columns, row, strict=True))
            for row in lines(dist, table.name)[1]
        ]
        assert read.column_names == [column.name for column in table.columns]
        assert [tuple(row.values()) for row in read.to_pylist()] == cells


def test_sssom_is_valid_and_has_every_mapping(graph, dist):
    """`sssom validate` finds nothing, and every address is that of the graph."""
    from sssom.parsers import parse_sssom_table

    path = dist / "cami.sssom.tsv"
    ran = subprocess.run([BIN / "sssom", "validate", path], capture_output=True, text=True)
    mappings = parse_sssom_table(str(path))
    expand = mappings.converter.expand
    found = {
        (expand(row.subject_id), expand(row.predicate_id), expand(row.object_id))
        for row in mappings.df.itertuples()
        if row.object_id != "sssom:NoTermFound"
    }
    said = {
        tuple(row[name].value for name in "spo")
        for row in graph.select(
            "PREFIX cami: <https://w3id.org/cami/ns/>"
            " SELECT * { ?m cami:subject ?s ; cami:predicate ?p ; cami:object ?o"
            " MINUS { ?m cami:supersededBy ?other } MINUS { ?m <http://www.w3.org/2002/07/owl#deprecated> ?yes } }"
        )
    }

    assert (ran.returncode, re.findall("ERROR.*", ran.stderr)) == (0, []), ran.stderr[-2000:]
    assert found == said
    sought = graph.select("SELECT ?n { ?n <https://w3id.org/cami/ns/soughtIn>/a <http://rdfs.org/ns/void#Linkset> }")
    not_found = mappings.df[mappings.df["object_id"] == "sssom:NoTermFound"]
    assert set(map(expand, not_found["record_id"])) == {row["n"].value for row in sought}
    assert mappings.df[["mapping_justification", "confidence", "see_also", "object_source"]].notna().all(axis=None)


def test_geojson_has_every_geometry(graph, dist):
    """The same shapes, longitude before latitude."""
    wkt = ox.NamedNode("http://www.opengis.net/ont/geosparql#asWKT")
    said = {q.subject: shapely.from_wkt(q.object.value) for q in graph.store.quads_for_pattern(None, wkt, None)}
    features = [one for path in (dist / "geojson").iterdir() for one in json.loads(path.read_bytes())["features"]]
    found = {iri(one["id"]): shapely.geometry.shape(one["geometry"]) for one in features}

    assert found.keys() == said.keys()
    assert len(found) == len(features)
    assert all(shapely.equals(shape, found[thing]) for thing, shape in said.items())
    assert all(one["properties"]["label_en"] for one in features)


def test_the_bibliography_has_every_source_once(dist):
    """In both forms, under the same keys."""
    items = json.loads((dist / "sources.csl.json").read_bytes())
    keys = re.findall(r"^@\w+\{(.+),$", (dist / "sources.bib").read_text(encoding="utf-8"), re.MULTILINE)

    assert [item["id"] for item in items] == keys
    assert len(set(keys)) == len(keys) == len(lines(dist, "source")[1])


RUN = """
import sys
from datetime import date
from pathlib import Path
from cami_kg.graph import load
from cami_kg.publish import publish
publish(load(), Path(sys.argv[1]), ["tables"], date(2026, 1, 1))
"""


@pytest.mark.parametrize(("seed", "zone", "locale"), [("1", "Asia/Tokyo", "C"), ("77", "America/Lima", "C.UTF-8")])
def test_every_run_gives_the_same_bytes(dist, tmp_path, seed, zone, locale):
    """Whatever the hash seed, the time zone and the locale."""
    env = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
    subprocess.run([sys.executable, "-c", RUN, str(tmp_path / "dist")], cwd=ROOT, env=env, check=True)

    assert (tmp_path / "dist" / "SHA256SUMS").read_bytes() == (dist.parent / "SHA256SUMS").read_bytes()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source:a a cami:Source .", "source:a lacks dcterms:publisher"),
        (
            "source:a a cami:Source ; cami:area 'x'@en .",
            "source:a has the property cami:area, which its shape does not list",
        ),
        (FIELDS + "dcterms:title 'one' , 'two' .", "source:a has 2 values of dcterms:title"),
        (
            "source:a a cami:Source ; dcterms:rights 7 .",
            "source:a has a value of dcterms:rights that no table can hold",
        ),
    ],
)
def test_what_no_table_can_hold_is_refused(tmp_path, text, says):
    """Instead of being lost; no release is written."""
    (tmp_path / "data" / "source").mkdir(parents=True)
    (tmp_path / "data" / "source" / "a.ttl").write_text(HEADER + text, encoding="utf-8")

    with pytest.raises(CamiError, match=re.escape(says)):
        publish(load(tmp_path / "data"), tmp_path / "dist", ["tables"], DAY)

    assert not (tmp_path / "dist").exists()


def test_cells_that_look_like_formulas_stay_as_they_are(tmp_path):
    """The files are for machines; quotes, commas and line ends are escaped, nothing else."""
    (tmp_path / "data" / "source").mkdir(parents=True)
    text = '=1+1, "two" @x'
    path = tmp_path / "data" / "source" / "a.ttl"
    path.write_text(HEADER + FIELDS + f"dcterms:title {json.dumps(text)} .", encoding="utf-8")
    publish(load(tmp_path / "data"), tmp_path / "dist", ["tables"], DAY)

    header, rows = lines(tmp_path / "dist" / "tables", "source")
    assert rows[0][header.index("title")] == text
    assert b'"=1+1, ""two"" @x"' in (tmp_path / "dist" / "tables" / "csv" / "source.csv").read_bytes()


def example(language):
    """The one example in a language that the document shows."""
    text = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return found


def test_the_examples_of_the_document_run(dist, monkeypatch, capsys):
    """Each finds every assessment."""
    import duckdb

    monkeypatch.chdir(dist)
    assessments = {row[0] for row in lines(dist, "assessment")[1]}
    names = {}
    exec(compile(example("python"), "docs/tables.md", "exec"), names)
    counted = duckdb.sql(example("sql")).fetchall()
    with closing(sqlite3.connect("cami.sqlite")) as base:
        sourced = base.execute(example("sqlite")).fetchall()

    assert set(names["named"]["id"]) == assessments
    assert "label_en" in capsys.readouterr().out
    assert sum(count for _, count in counted) == len(assessments)
    assert len(sourced) == len(lines(dist, "assessment_was_derived_from")[1])
