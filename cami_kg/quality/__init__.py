"""`quality()`: how well the graph is sourced, licensed, dated, labelled and linked, as tables of counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cami_kg.errors import UsageError, nearest
from cami_kg.graph import Graph
from cami_kg.quality.evidence import Evidence
from cami_kg.quality.tally import RESTRICTED_LIMIT, Table, tables
from cami_kg.query import layout


@dataclass(frozen=True, slots=True)
class Quality:
    """The report.

    Attributes:
        as_of: the day from which the age of sources is counted.
        restricted: the share of claims that rest only on sources with restricted terms.
        tables: the counts.
        labels: the English labels of the short names in the tables.
    """

    as_of: date
    restricted: float
    tables: Sequence[Table]
    labels: Mapping[str, str]

    @property
    def summary(self) -> str:
        """How much of the graph rests on what may not be passed on, as a sentence."""
        share = f"{self.restricted:.1%} of the claims rest only on sources that may not be passed on"
        return f"{share}; the limit is {RESTRICTED_LIMIT:.0%}."

    @property
    def warnings(self) -> list[str]:
        """What is beyond a limit, and what to do."""
        advice = "Cite other sources for them too, or leave some of them out."
        return [f"{self.summary} {advice}"] if self.restricted > RESTRICTED_LIMIT else []


def quality(graph: Graph, as_of: date) -> Quality:
    """Count over the whole graph.

    Args:
        graph: the graph; derived triples change nothing.
        as_of: the day from which the age of sources is counted.
    """
    seen = Evidence(graph)
    counted = tables(seen, graph, as_of.year)
    claims = [seen.standing(claim) for kind in seen.claim_kinds for claim in seen.kinds.get(kind, ())]
    restricted = sum(claim.terms == "restricted" for claim in claims)
    named = {cell for table in counted for row in table.rows for cell in row.values() if isinstance(cell, str)}
    labels = {name: seen.labels[name] for name in sorted(named & seen.labels.keys())}
    return Quality(as_of, restricted / max(len(claims), 1), counted, labels)


def render(report: Quality, format: str = "text", *, width: int | None = None) -> str:  # noqa: A002 - the option's name
    """Return the report as text that ends with a newline.

    Args:
        report: what was counted.
        format: one of `FORMATS`.
        width: how wide tables may be in text, in columns of a terminal; None does not limit them.

    Raises:
        UsageError: there is no such format.
    """
    if format not in FORMATS:
        near = nearest(format[:60], FORMATS) or FORMATS
        raise UsageError(f"The report has no format {format[:60]!r}.", hint=f"Write {' or '.join(near)}.")
    return FORMATS[format](report, width)


def _text(report: Quality, width: int | None) -> str:
    parts = [f"Quality of the graph on {report.as_of}\n"]
    parts += [f"Warning: {warning}\n" for warning in report.warnings] or [f"{report.summary}\n"]
    for table in report.tables:
        note = "\n".join(layout.wrap(table.note, min(width or 100, 100)))
        heads, *lines = _aligned(table, report.labels)
        parts.append(f"{table.title.upper()}\n{note}\n\n{layout.table(heads, lines, width)}")
    return "\n".join(parts)


def _aligned(table: Table, labels: Mapping[str, str]) -> list[list[str]]:
    """Return the headings and lines of a table, numbers to the right."""
    lines = [list(table.heads.values()), *_cells(table, labels)]
    for at, column in enumerate(table.heads):
        if _is_number(table, column):
            size = max(layout.width(line[at]) for line in lines)
            lines = [[*line[:at], line[at].rjust(size), *line[at + 1 :]] for line in lines]
    return lines


def _markdown(report: Quality, _width: int | None) -> str:
    parts = [f"# Quality of the graph on {report.as_of}\n"]
    parts += [f"**Warning:** {warning}\n" for warning in report.warnings] or [f"{report.summary}\n"]
    for table in report.tables:
        marks = ["--:" if _is_number(table, column) else "---" for column in table.heads]
        cells = ([layout.markdown(cell) for cell in line] for line in _cells(table, report.labels))
        lines = [list(table.heads.values()), marks, *cells]
        rows = "".join(f"| {' | '.join(line)} |\n" for line in lines)
        parts.append(f"## {table.title}\n\n{table.note}\n\n{rows}")
    return "\n".join(parts)


def _json(report: Quality, _width: int | None) -> str:
    value = {
        "asOf": report.as_of.isoformat(),
        "summary": report.summary,
        "warnings": report.warnings,
        "restricted": {"share": round(report.restricted, 4), "limit": RESTRICTED_LIMIT},
        "tables": {table.name: _as_data(table) for table in report.tables},
        "labels": report.labels,
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


FORMATS: dict[str, Callable[[Quality, int | None], str]] = {"text": _text, "json": _json, "md": _markdown}
"""How the report is written, by the word of `--format`; each says the same."""


def _as_data(table: Table) -> dict[str, Any]:
    said = {"title": table.title, "note": table.note, "columns": table.heads, "rows": table.rows}
    return said | ({"total": table.total} if table.total else {})


def _is_number(table: Table, column: str) -> bool:
    return not any(isinstance(row[column], str) for row in table.rows)


def _cells(table: Table, labels: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield each line of a table as text, the sum last."""
    for row in table.rows:
        yield [_cell(row.get(column), labels) for column in table.heads]
    if table.total:
        yield [_cell(table.total.get(column), {"cami:Claim": "all claims"}) for column in table.heads]


def _cell(value: str | int | None, labels: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return layout.plain(labels.get(value, value))
    return "–" if value is None else f"{value:,}"
