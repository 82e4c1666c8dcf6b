"""CSV files, and `datapackage.json` that says what they hold: a Frictionless Data Package with Table Schemas."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from cami_kg.graph import Graph
from cami_kg.publish.tables.rows import Row
from cami_kg.publish.tables.schema import Column, Table
from cami_kg.query.names import label, literals
from cami_kg.terms import BASE, curie
from cami_kg.version import code_version, data_hash

TITLE = "cami-kg: an open knowledge graph of the CMS Central Asian Mammals Initiative"
DATASET = BASE + "dataset"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CONTRIBUTORS = "cami-kg contributors"

_DATE = "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
_TITLES = {
    "id": ("identifier", "The short name of the thing: its prefix and the last part of its IRI."),
    "label_en": ("label in English", "Repeated from the table of labels."),
    "label_ru": ("label in Russian", "Repeated from the table of labels."),
}


def write_csv(folder: Path, tables: list[Table], rows: Mapping[str, list[Row]]) -> None:
    """Write `<table>.csv` for every table into a new folder: RFC 4180 in UTF-8, with a header, no cell changed."""
    folder.mkdir()
    for table in tables:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([column.name for column in table.columns])
        writer.writerows(rows[table.name])
        (folder / f"{table.name}.csv").write_bytes(text.getvalue().encode())


def write_package(path: Path, graph: Graph, tables: list[Table], as_of: date) -> None:
    """Write the descriptor beside the folder `csv`, whose files stand already."""
    package = {
        "profile": "tabular-data-package",
        "name": "cami-kg",
        "id": DATASET,
        "title": TITLE,
        "description": "The graph as tables: one for each class, and one for each property with several values.",
        "homepage": DATASET,
        "version": code_version(),
        "created": f"{as_of}T00:00:00Z",
        "hash": data_hash(graph),
        "licenses": [{"name": "CC-BY-4.0", "path": LICENCE, "title": "Creative Commons Attribution 4.0"}],
        "contributors": [{"title": CONTRIBUTORS, "role": "author"}],
        "sources": [{"title": "The sources of all claims", "path": "sources.csl.json"}],
        "resources": [_resource(graph, table, path.parent / "csv") for table in tables],
    }
    path.write_bytes((json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode())


def _resource(graph: Graph, table: Table, folder: Path) -> dict[str, object]:
    content = (folder / f"{table.name}.csv").read_bytes()
    title, description = _words(graph, table.cls)
    if table.path:
        of, description = _words(graph, table.path)
        title = f"{title}: {of}"
    return _filled(
        {
            "profile": "tabular-data-resource",
            "name": table.name,
            "title": title,
            "description": description,
            "path": f"csv/{table.name}.csv",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(content),
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "schema": _filled(
                {
                    "fields": [_field(graph, column, alone=table.key == (column.name,)) for column in table.columns],
                    "primaryKey": list(table.key),
                    "foreignKeys": [_foreign(table, column) for column in table.columns if column.table],
                }
            ),
        }
    )


def _field(graph: Graph, column: Column, *, alone: bool) -> dict[str, object]:
    title, description = _TITLES.get(column.name, ("", "")) if not column.path else _words(graph, column.path)
    if column.language_of:
        title, description = "language", f"The language of the text in {curie(column.language_of)}."
    constraints = {
        "required": column.required,
        "unique": alone,
        "enum": list(column.choices),
        "pattern": _DATE if column.partial_date else "",
    }
    return _filled(
        {
            "name": column.name,
            "type": column.type,
            "title": title,
            "description": description,
            "rdfType": column.path,
            "language": column.languages[0] if len(column.languages) == 1 else "",
            "constraints": _filled(constraints),
        }
    )


def _foreign(table: Table, column: Column) -> dict[str, object]:
    itself = column.table == table.name  # the standard writes an empty name for it
    return {"fields": [column.name], "reference": {"resource": "" if itself else column.table, "fields": ["id"]}}


def _words(graph: Graph, iri: str) -> tuple[str, str]:
    """Return the label and the definition of a term of the ontology, in English."""
    term = ox.NamedNode(iri)
    texts = [*literals(graph, term, "skos:definition"), *literals(graph, term, "skos:scopeNote")]
    return label(graph, term) or "", next((text.value for text in texts if text.language == "en"), "")


def _filled(entry: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in entry.items() if value}
