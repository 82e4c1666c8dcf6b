"""What lies somewhere, as GeoJSON (RFC 7946): the things whose geometry the graph has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from cami_kg.publish.tables.rows import Row
from cami_kg.publish.tables.schema import WKT, Table
from cami_kg.publish.tables.typed import typed
from cami_kg.query.geojson import geometry


def write_geojson(folder: Path, tables: list[Table], rows: Mapping[str, list[Row]]) -> None:
    """Write `<table>.geojson` into a new folder for every table with a geometry that is not empty.

    A feature has the columns of its row as properties, but for the geometry and what is empty.

    Raises:
        CamiError: a geometry cannot be read.
    """
    folder.mkdir()
    for table in tables:
        for place, column in enumerate(table.columns):
            if WKT in column.datatypes and not table.path:
                features = [_feature(table, row, place) for row in rows[table.name] if row[place]]
                if features:
                    whole = {"type": "FeatureCollection", "features": features}
                    text = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
                    (folder / f"{table.name}.geojson").write_bytes(text.encode())


def _feature(table: Table, row: Row, place: int) -> dict[str, object]:
    cells = zip(table.columns, row, strict=True)
    return {
        "type": "Feature",
        "id": row[0],
        "geometry": geometry(row[place] or "", f"The geometry of {row[0]}"),
        "properties": {
            column.name: str(value) if column.type == "date" else value
            for at, (column, cell) in enumerate(cells)
            if at != place and (value := typed(column, cell)) is not None
        },
    }
