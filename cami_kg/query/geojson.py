"""Rows on a map: GeoJSON (RFC 7946) from WKT in the rows, or of the things in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import pyoxigraph as ox

from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph
from cami_kg.query.names import literals, node, short
from cami_kg.query.sparql import Cell
from cami_kg.terms import XSD

_CRS = re.compile(r"\s*<([^>]*)>\s*(.*)", re.DOTALL)
_CRS84 = re.compile(r"https?://www\.opengis\.net/def/crs/OGC/1\.3/CRS84")


def collection(graph: Graph, columns: Sequence[str], rows: Sequence[Sequence[Cell]], labels: Mapping[str, str]) -> str:
    """Return one feature for each row, its geometry that of the first cell that is one or has one.

    Args:
        graph: where the geometry of things is looked up.
        columns: the names of the properties.
        rows: one cell for each column.
        labels: what people read for things, by IRI.

    Raises:
        UsageError: there are rows, and none has a geometry.
        CamiError: a geometry is no WKT, or not in longitude and latitude of WGS 84.
    """
    shapes = [_shape(graph, row) for row in rows]
    if rows and not any(shapes):
        hint = "Ask for barriers or places, or choose csv."
        raise UsageError("No row has a geometry to write as geojson.", hint=hint)
    features = [
        {"type": "Feature", "geometry": shape, "properties": _properties(columns, row, labels)}
        for shape, row in zip(shapes, rows, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False) + "\n"


def _properties(columns: Sequence[str], row: Sequence[Cell], labels: Mapping[str, str]) -> dict[str, object]:
    """Return the cells by column: things by what people read, and their IRI beside it as `<column>_iri`."""
    found: dict[str, object] = {}
    for name, cell in zip(columns, row, strict=True):
        if isinstance(cell, ox.NamedNode):
            found |= {name: labels.get(cell.value) or short(cell), f"{name}_iri": cell.value}
        else:
            found[name] = _plain(cell) if isinstance(cell, ox.Literal) else cell and str(cell)
    return found


def _plain(literal: ox.Literal) -> str | int | bool:
    """Return integers and booleans as such; decimals stay text, as a number of JSON would lose their zeros."""
    kind = literal.datatype.value.removeprefix(XSD)
    if kind == "boolean":
        return literal.value in ("true", "1")
    return int(literal.value) if kind == "integer" else literal.value


def _shape(graph: Graph, row: Sequence[Cell]) -> dict[str, object] | None:
    for cell in row:
        texts = literals(graph, cell, "geo:asWKT") if isinstance(cell, ox.NamedNode) else [cell]
        for text in texts:
            if isinstance(text, ox.Literal) and text.datatype == node("geo:wktLiteral"):
                return geometry(text.value)
    return None


def geometry(text: str, name: str = "A geometry") -> dict[str, object]:
    """Return WKT as an object of GeoJSON, outer rings counterclockwise.

    Args:
        text: the WKT, in longitude and latitude.
        name: what errors call it.

    Raises:
        CamiError: it is no WKT, or not in longitude and latitude of WGS 84.
    """
    import shapely

    if found := _CRS.fullmatch(text):
        if not _CRS84.fullmatch(found[1]):
            hint = "Choose csv, and convert it."
            raise CamiError(f"{name} is in the coordinates of {found[1][:80]!r}, not in CRS84.", hint=hint)
        text = found[2]
    try:
        shape = shapely.orient_polygons(shapely.from_wkt(text))
        made: dict[str, object] = json.loads(shapely.to_geojson(shape))
    except shapely.errors.ShapelyError:
        raise CamiError(f"{name} is not WKT: {text[:60]!r}.", hint="Correct it in the graph.") from None
    return made
