"""Answers as typed columns and on a map, read back by other programs."""

import io
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import shapely
from pyarrow import parquet as pq

from cami_kg.cli import run
from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph
from cami_kg.query import Answer, SavedQuery, ask
from cami_kg.query.results import render, rendered
from cami_kg.terms import XSD

WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"


def answered(graph: Graph, *values: str) -> Answer:
    """Answer a query with one column `x` that has these terms."""
    text = f"SELECT ?x {{ VALUES ?x {{ {' '.join(values)} }} }}"
    return Answer(graph, SavedQuery("q", Path("q.rq"), text), text)


def typed(kind: str, *texts: str) -> list[str]:
    """Literals of one datatype of XSD."""
    return [f'"{text}"^^<{XSD}{kind}>' for text in texts]


@pytest.mark.parametrize(
    ("terms", "kind", "values"),
    [
        ([*typed("integer", "7"), "UNDEF"], "int64", [7, None]),
        (typed("decimal", "1.5"), "decimal128(2, 1)", [Decimal("1.5")]),
        ([*typed("integer", "22"), *typed("decimal", "233.6")], "decimal128(4, 1)", [Decimal(22), Decimal("233.6")]),
        (typed("boolean", "true", "0"), "bool", [True, False]),
        (typed("gYear", "2016"), "string", ["2016"]),
        ([*typed("date", "2016-05-01"), *typed("gYear", "2016")], "string", ["2016-05-01", "2016"]),
        (typed("date", "2016-05-01Z"), "string", ["2016-05-01Z"]),
        (typed("integer", "9" * 30), "string", ["9" * 30]),
        (["<https://example.org/a>"], "string", ["https://example.org/a"]),
    ],
)
def test_a_column_is_typed_where_all_its_values_are(miniature: Graph, terms, kind, values) -> None:
    """Dates not known to the day, mixtures and what Arrow cannot hold stay text."""
    table = answered(miniature, *terms).arrow()

    assert (kind, values) == (str(table.schema.field("x").type), table["x"].to_pylist())


def test_parquet_is_read_by_others(miniature: Graph, tmp_path: Path) -> None:
    """Pyarrow and DuckDB find the rows; the schema says what was asked."""
    answer = ask(miniature, "barriers", {})
    path = tmp_path / "a.parquet"
    path.write_bytes(rendered(answer, "parquet"))

    table = pq.read_table(path)
    assert (answer.columns, len(answer.rows)) == (table.column_names, table.num_rows)
    assert (b"barriers", answer.sparql.encode()) == (table.schema.metadata[b"query"], table.schema.metadata[b"sparql"])
    found = duckdb.sql(f"SELECT barrier FROM '{path}'").fetchall()
    assert [row[answer.columns.index("barrier")].value for row in answer.rows] == [one for (one,) in found]


def test_frames_have_the_rows(miniature: Graph) -> None:
    """Pandas and Polars hold as many rows under the same columns."""
    answer = ask(miniature, "barriers", {})

    for frame in (answer.pandas(), answer.polars()):
        assert (len(answer.rows), answer.columns) == (len(frame), list(frame.columns))


def test_geojson_is_read_by_shapely(miniature: Graph) -> None:
    """Things bring their geometry; rows without one are there too, as long as one row has one."""
    made = json.loads(render(ask(miniature, "barriers", {}), "geojson"))

    shapes = {one["properties"]["barrier"]: one["geometry"] for one in made["features"]}
    line = shapely.from_geojson(json.dumps(shapes["Dune Railway"]))
    assert shapely.from_wkt("LINESTRING (60 45, 61 46)").equals(line)
    assert shapes["Salt Fence"] is None


def test_outer_rings_are_counterclockwise_and_other_coordinates_refused(miniature: Graph) -> None:
    """By RFC 7946; CRS84 may be said, anything else cannot be drawn as it is."""
    ring = "POLYGON ((0 0, 0 1, 1 1, 0 0))"
    crs84, utm = (f"<http://www.opengis.net/def/crs/{name}> " for name in ("OGC/1.3/CRS84", "EPSG/0/32642"))

    made = json.loads(render(answered(miniature, f'"{crs84}{ring}"^^<{WKT}>'), "geojson"))
    assert shapely.from_geojson(json.dumps(made["features"][0]["geometry"])).exterior.is_ccw
    for text, said in ((utm + ring, "not in CRS84"), ("HERE", "not WKT")):
        with pytest.raises(CamiError, match=said):
            render(answered(miniature, f'"{text}"^^<{WKT}>'), "geojson")
    with pytest.raises(UsageError, match="No row has a geometry"):
        render(answered(miniature, "1"), "geojson")


def test_empty_answers_have_columns(miniature: Graph) -> None:
    """No rows are a table of none, and a collection without features."""
    empty = answered(miniature)

    assert ["x"] == pq.read_table(io.BytesIO(rendered(empty, "parquet"))).column_names
    assert {"type": "FeatureCollection", "features": []} == json.loads(render(empty, "geojson"))
    assert pa.string() == empty.arrow().schema.field("x").type


def test_parquet_is_not_for_a_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path, capsys) -> None:
    """One sentence says what to do; a file is written."""
    assert 0 == run(["query", "barriers", "--format", "parquet", "--output", str(tmp_path / "b.parquet")])
    assert pq.read_table(tmp_path / "b.parquet").num_rows > 0
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert 2 == run(["query", "barriers", "--format", "parquet"])
    assert "Parquet is not for a terminal. Give --output" in capsys.readouterr().err
