"""`page()`: what was left out of the graph, and why, as a page for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from cami_kg.audit.ledger import REASONS, Column, Row, Table

_KEYS = {
    "concept_ids": ("concept_key", "scheme", "identifier"),
    "instrument_species": ("instrument_id", "scientific_name", "relation"),
    "iucn_habitats": ("code",),
    "iucn_use_research": ("code",),
    "linking_datasets": ("name",),
    "taxon_ids": ("scientific_name", "scheme", "identifier"),
    "taxon_lists": ("species_id", "convention", "appendix"),
    "vocabularies": ("prefix", "title"),
}
"""The cells by which people know a row, the first two if a table is not named; of others' classifications the codes."""

_CODE = 8
"""How long a name may be to stand in a line with others."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that did not go into the graph, and the reason."""

    table: Table
    row: Row
    reason: str

    @property
    def kind(self) -> str:
        """How the reason begins, one of `ledger.REASONS`."""
        return self.reason.removesuffix(".").partition(": ")[0]

    @property
    def detail(self) -> str:
        """The rest of the reason, as a sentence; often nothing."""
        rest = self.reason.partition(": ")[2]
        return rest[:1].upper() + rest[1:]

    @property
    def name(self) -> str:
        """The cells by which people know the row."""
        said = dict(zip(self.table.columns, self.row.cells, strict=True))
        columns = _KEYS.get(self.table.name) or self.table.columns[:2]
        return ", ".join(" ".join(said[column].split()) for column in columns if said.get(column))


@dataclass(frozen=True, slots=True)
class Share:
    """How many rows a table has, and which of them were left out."""

    name: str
    rows: int
    left_out: tuple[LeftOut, ...]


def page(tables: Sequence[Share], columns: Sequence[Column]) -> str:
    """Return the page, in Markdown, for all research tables and for the cells that are not carried with their rows."""
    left = [gap for table in tables for gap in table.left_out]
    return "\n".join([*_head(tables, len(left)), *_reasons(left), *_cells(columns)]) + "\n"


def _head(tables: Sequence[Share], left: int) -> Iterator[str]:
    rows = sum(table.rows for table in tables)
    yield from (
        "<!-- Made by `make audit FACTS=FOLDER` from the ledger and the research tables; do not edit. -->",
        "",
        "# What was left out, and why",
        "",
        f"The facts of this graph were gathered in {len(tables)} research tables of {rows:,} rows.",
        f"{rows - left:,} of the rows stand in the graph, {left:,} do not; this page names those, by reason.",
        "`ledger/` says for programs which claims carry a row, or why none does.",
        "",
        "| Table | Rows | In the graph | Left out |",
        "|---|--:|--:|--:|",
    )
    for table in tables:
        gaps = len(table.left_out)
        yield f"| `{table.name}` | {table.rows:,} | {table.rows - gaps:,} | {f'{gaps:,}' if gaps else ''} |"


def _reasons(left: Iterable[LeftOut]) -> Iterator[str]:
    """Yield the lines of one chapter per reason."""
    order = list(REASONS)
    for kind, gaps in groupby(sorted(left, key=lambda gap: order.index(gap.kind)), key=lambda gap: gap.kind):
        chapter = sorted(gaps, key=_group)
        yield from ("", f"## {kind}", "", f"{REASONS[kind]} Rows: {len(chapter):,}.")
        for (table, detail), group in groupby(chapter, key=_group):
            yield from ("", f"**`{table}`.** {_plain(detail)}".rstrip(), "")
            yield from _listed(sorted({gap.name for gap in group}, key=_natural))


def _cells(columns: Sequence[Column]) -> Iterator[str]:
    """Yield the lines of the last chapter."""
    if columns:
        yield from ("", "## Cells of rows that are in the graph", "")
        yield "The graph holds the row, but not what it says in these columns."
        yield from ("", "| Table | Column | Why |", "|---|---|---|")
    for cells in columns:
        yield f"| `{cells.table}` | `{cells.column}` | {_plain(cells.reason)} |"


def _group(gap: LeftOut) -> tuple[str, str]:
    return gap.table.name, gap.detail


def _listed(names: Sequence[str]) -> Iterator[str]:
    """Yield rows: codes in one line, longer names one below the other."""
    if all(len(name) <= _CODE for name in names):
        yield ", ".join(map(_plain, names))
    else:
        yield from (f"- {_plain(name)}" for name in names)


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that puts 2 before 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _plain(text: str) -> str:
    """Return text that Markdown and HTML show as it is."""
    return re.sub(r"([\\`*_\[\]<>|#&])", r"\\\1", text)
