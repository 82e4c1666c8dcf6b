"""Writers that keep the types of the columns: one SQLite file, and a Parquet file for each table."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

from cami_kg.publish.tables.rows import Row
from cami_kg.publish.tables.schema import Column, Table

_PAGE = 4096  # bytes; said, so that the file does not depend on how SQLite was built
_AFFINITY = {"integer": "INTEGER", "number": "NUMERIC", "boolean": "INTEGER"}


def write_sqlite(path: Path, tables: list[Table], rows: Mapping[str, list[Row]], meta: Mapping[str, str]) -> None:
    """Write one SQLite file with keys and indices, and a table `meta` of what is known of the release.

    Booleans are 0 and 1, dates are texts. The keys hold where the graph passes the check; a part of a graph, whose
    things name others that are not there, is written all the same.
    """
    import sqlite3

    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute(f"PRAGMA page_size = {_PAGE}")
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("BEGIN")
        base.execute('CREATE TABLE "meta" ("key" TEXT NOT NULL PRIMARY KEY, "value" TEXT NOT NULL) WITHOUT ROWID')
        base.executemany('INSERT INTO "meta" VALUES (?, ?)', sorted(meta.items()))
        for table in tables:
            base.execute(_create(table))
            places = ", ".join("?" if column.type != "boolean" else "? = 'true'" for column in table.columns)
            base.executemany(f'INSERT INTO "{table.name}" VALUES ({places})', rows[table.name])  # noqa: S608 (names come from the shapes)
            for column in (one for one in table.columns[1:] if one.table):
                base.execute(f'CREATE INDEX "{table.name}_by_{column.name}" ON "{table.name}" ("{column.name}")')
        base.execute("COMMIT")
        base.execute("VACUUM")


def _create(table: Table) -> str:
    lines = [
        f'"{column.name}" {_AFFINITY.get(column.type, "TEXT")}'
        + (" NOT NULL" if column.required else "")
        + (f' REFERENCES "{column.table}" ("id")' if column.table else "")
        for column in table.columns
    ]
    key = ", ".join(f'"{name}"' for name in table.key)
    return f'CREATE TABLE "{table.name}" ({", ".join([*lines, f"PRIMARY KEY ({key})"])}) WITHOUT ROWID'


def write_parquet(folder: Path, tables: list[Table], rows: Mapping[str, list[Row]]) -> None:
    """Write `<table>.parquet` for every table into a new folder."""
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    folder.mkdir()
    for table in tables:
        fields = [pa.field(one.name, kinds[one.type], nullable=not one.required) for one in table.columns]
        columns = [
            [typed(column, row[place]) for row in rows[table.name]] for place, column in enumerate(table.columns)
        ]
        arrays = [pa.array(values, field.type) for values, field in zip(columns, fields, strict=True)]
        parquet.write_table(pa.table(arrays, schema=pa.schema(fields)), folder / f"{table.name}.parquet")


def typed(column: Column, cell: str | None) -> str | int | float | bool | date | None:
    """Return the value of a cell in the type of its column."""
    if cell is None:
        return None
    match column.type:
        case "integer":
            return int(cell)
        case "number":
            return float(cell)
        case "boolean":
            return cell == "true"
        case "date":
            return date.fromisoformat(cell)
    return cell
