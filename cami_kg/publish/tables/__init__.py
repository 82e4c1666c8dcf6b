"""The graph as tables, for people without RDF: CSV, SQLite, Parquet, GeoJSON, SSSOM and a bibliography."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from cami_kg.graph import Graph
from cami_kg.publish.tables.mappings import write_sssom
from cami_kg.publish.tables.package import DATASET, LICENCE, TITLE, write_csv, write_package
from cami_kg.publish.tables.places import write_geojson
from cami_kg.publish.tables.rows import read_rows
from cami_kg.publish.tables.schema import read_tables
from cami_kg.publish.tables.typed import write_parquet, write_sqlite
from cami_kg.query.cite import bibliography
from cami_kg.version import code_version, data_hash


def write_tables(graph: Graph, folder: Path, as_of: date, progress: Callable[[str], None]) -> None:
    """Write every table in each form, the links and the sources, into a new folder.

    These are `csv/`, `datapackage.json`, `cami.sqlite`, `parquet/`, `geojson/`, `cami.sssom.tsv`, `sources.bib` and
    `sources.csl.json`; docs/tables.md says which is for whom. Triples that rules derive are left out.

    Raises:
        CamiError: the graph does not keep to its shapes, so that no table could hold what it says.
    """
    graph = graph.sources()
    tables = read_tables(graph.home.ontology / "shape")
    rows = read_rows(graph, tables)
    meta = {
        "title": TITLE,
        "id": DATASET,
        "version": code_version(),
        "date": as_of.isoformat(),
        "data_sha256": data_hash(graph),
        "licence": LICENCE,
    }
    folder.mkdir()
    progress("SQLite")
    write_sqlite(folder / "cami.sqlite", tables, rows, meta)
    progress("CSV")
    write_csv(folder / "csv", tables, rows)
    write_package(folder / "datapackage.json", graph, tables, as_of)
    progress("Parquet")
    write_parquet(folder / "parquet", tables, rows)
    progress("GeoJSON, SSSOM and sources")
    write_geojson(folder / "geojson", tables, rows)
    write_sssom(folder / "cami.sssom.tsv", graph, as_of)
    for name, form in (("sources.bib", "bibtex"), ("sources.csl.json", "csl")):
        (folder / name).write_bytes(bibliography(graph, form).encode())
