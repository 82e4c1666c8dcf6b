"""Rows as typed columns: tables of Arrow, and Parquet from them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cami_kg.errors import CamiError
from cami_kg.query.sparql import Cell
from cami_kg.terms import XSD

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _day(text: str) -> date:
    """Return a whole date; one with a time zone, or beyond four digits of a year, is none that Arrow has."""
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


_VALUES: dict[str, tuple[str, Callable[[str], object]]] = {
    "integer": ("int64", int),
    "decimal": ("decimal", Decimal),
    "double": ("float64", float),
    "boolean": ("bool_", lambda text: _BOOLEANS[text]),
    "date": ("date32", _day),
}
"""The type of Arrow and the reader for each datatype of XSD; whatever else there is stays text."""


def table(columns: Sequence[str], rows: Sequence[Sequence[Cell]], about: Mapping[str, str]) -> pa.Table:
    """Return rows as a table of Arrow.

    A column has the type of its values where all have one datatype that Arrow has too (whole numbers beside decimals
    are decimals), else it is text: dates that are not known to the day get no day. IRIs are text; where nothing is
    bound it is null.

    Args:
        columns: their names.
        rows: one cell for each column.
        about: what the table says of itself, in the metadata of its schema.
    """
    import pyarrow as pa

    arrays = [_column([row[place] for row in rows]) for place in range(len(columns))]
    return pa.table(arrays, names=list(columns)).replace_schema_metadata(dict(about))


def pandas(table: pa.Table) -> pd.DataFrame:
    """Return a table of Arrow as a frame of pandas that keeps its types; whole numbers stay so beside nulls."""
    import pandas as pd

    return table.to_pandas(types_mapper=pd.ArrowDtype)


def polars(table: pa.Table) -> pl.DataFrame:
    """Return a table of Arrow as a frame of Polars.

    Raises:
        CamiError: Polars is not installed.
    """
    try:
        import polars as pl
    except ModuleNotFoundError:
        raise CamiError("Polars is not installed.", hint="Install cami-kg[polars].") from None
    return pl.DataFrame(table)


def parquet(table: pa.Table) -> bytes:
    """Return a table of Arrow as a file of Parquet."""
    from pyarrow import parquet as pq

    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def _column(cells: Sequence[Cell]) -> pa.Array:
    import pyarrow as pa

    kinds = {cell.datatype.value if isinstance(cell, ox.Literal) else "" for cell in cells if cell is not None}
    kinds -= {XSD + "integer"} if XSD + "decimal" in kinds else set()  # whole numbers are decimals too
    name = next(iter(kinds)).removeprefix(XSD) if len(kinds) == 1 else ""
    if name in _VALUES:
        arrow_type, read = _VALUES[name]
        try:
            values: list[Any] = [read(cell.value) if isinstance(cell, ox.Literal) else None for cell in cells]
            return pa.array(values, None if arrow_type == "decimal" else getattr(pa, arrow_type)())
        except (ValueError, KeyError, InvalidOperation, OverflowError, pa.ArrowException):
            pass  # a value that its datatype does not allow, or that Arrow cannot hold: text keeps it
    return pa.array([None if cell is None else getattr(cell, "value", str(cell)) for cell in cells], pa.string())
