"""`audit()`: hold the ledger against the research tables and the graph, row by row and claim by claim.

`python -m cami_kg.audit FOLDER` (`make audit FACTS=FOLDER`) prints what it finds; with `--gaps` it also writes the page
on what was left out. Exit code 0: everything is accounted for; 1: something is not; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from cami_kg import terms
from cami_kg.audit.gaps import LeftOut, Share, page
from cami_kg.audit.ledger import Column, Entry, Ledger, Row, Table, read_ledger, read_tables
from cami_kg.errors import CamiError, UsageError, shown
from cami_kg.graph import Graph, load
from cami_kg.home import home
from cami_kg.query.layout import plain, table

_SHOWN = 20
"""How many faults of one kind are printed."""

_IN_LIST = ox.NamedNode(terms.SKOS + "inScheme")
_SOURCE = ox.NamedNode("http://www.w3.org/ns/prov#wasDerivedFrom")


@dataclass(frozen=True, slots=True)
class TableAudit:
    """What became of the rows of one table.

    Attributes:
        table: the research table; None where the ledger speaks of one that is not there.
        carried: how many rows a claim carries.
        left_out: the rows that none carries, with the reason.
        unaccounted: rows of which the ledger says nothing.
        stray: hashes in the ledger that no row has.
        vanished: short names of claims that the ledger names and the graph lacks.
    """

    name: str
    table: Table | None
    carried: int
    left_out: tuple[LeftOut, ...]
    unaccounted: tuple[Row, ...]
    stray: tuple[str, ...]
    vanished: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return len(self.table.rows) if self.table else 0

    def faults(self) -> Iterator[str]:
        """Yield what is wrong, as sentences."""
        if self.table:
            rows = [
                f"{self.table.place(row)}: {', '.join(cell[:40] for cell in row.cells[:3])}" for row in self.unaccounted
            ]
            yield from _some("{}: the ledger says nothing of this row.", rows)
        yield from _some(f"ledger/{self.name}.csv: no row of the table has the hash {{}}.", self.stray)
        yield from _some(f"ledger/{self.name}.csv: the graph does not have {{}}.", self.vanished)


@dataclass(frozen=True, slots=True)
class Audit:
    """What became of the rows of all tables, and of what the graph says without a row.

    Attributes:
        unstated: short names of what the graph has and no line of the ledger carries or explains.
        vanished: short names that `own.csv` explains and the graph lacks.
        columns: which cells of carried rows are not carried.
    """

    tables: tuple[TableAudit, ...]
    unstated: tuple[str, ...]
    vanished: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def complete(self) -> bool:
        """Whether tables, ledger and graph agree."""
        return not any(self.faults())

    def faults(self) -> Iterator[str]:
        """Yield what is wrong, as sentences."""
        for part in self.tables:
            yield from part.faults()
        there = {(part.name, column) for part in self.tables if part.table for column in part.table.columns}
        lost = [f"{cells.table}.{cells.column}" for cells in self.columns if (cells.table, cells.column) not in there]
        yield from _some("ledger/columns.csv: the tables do not have {}.", lost)
        yield from _some("ledger/own.csv: the graph does not have {}.", self.vanished)
        yield from _some("The graph has {}, of which neither a table nor ledger/own.csv speaks.", self.unstated)

    def text(self) -> str:
        """Return the audit for people: a table, what is wrong, and the sum."""
        counts = table(
            ("table", "rows", "carried", "left out", "missing", "why left out"), [*map(_counts, self.tables)]
        )
        return "\n".join([counts, *self.faults(), _sum(self.tables)]) + "\n"

    def gaps(self) -> str:
        """Return the page on what was left out, in Markdown."""
        return page([Share(part.name, part.rows, part.left_out) for part in self.tables], self.columns)


def audit(facts: Path, graph: Graph, ledger: Path) -> Audit:
    """Account for every row of the research tables.

    Args:
        facts: the folder of research tables, `*.csv`.
        graph: the knowledge graph.
        ledger: the folder of the ledger.

    Raises:
        UsageError: a folder is missing or empty.
        CamiError: a file is not what it should be.
    """
    tables = {found.name: found for found in read_tables(facts)}
    book = read_ledger(ledger)
    known = _subjects(graph)
    names = sorted(tables.keys() | book.tables.keys())
    parts = (_account(name, tables.get(name), book.tables.get(name, {}), known) for name in names)
    return Audit(tuple(parts), unstated(graph, book), vanished(book.own, known), book.columns)


def unstated(graph: Graph, ledger: Ledger) -> tuple[str, ...]:
    """Return the short names of what the graph has and no line of the ledger carries or explains, sorted.

    That is asked of every node of `data/` and of every member of a list. What the ledger explains may speak for others:
    a list for its members, a source for what rests on it.
    """
    nodes: set[str] = set()
    because: dict[str, set[str]] = defaultdict(set)
    for quad in graph.triples():
        node, folder = _text(quad.subject), _text(quad.graph_name).removeprefix(terms.GRAPH).partition("/")[0]
        if quad.predicate in (_IN_LIST, _SOURCE):
            because[node].add(_name(_text(quad.object)))
        if quad.predicate == _IN_LIST or folder not in ("ontology", "scheme"):
            nodes.add(node)
    stated = ledger.claims() | ledger.own.keys()
    pairs = ((_name(node), because[node]) for node in nodes)
    return tuple(sorted(name for name, reasons in pairs if name not in stated and not reasons & ledger.own.keys()))


def vanished(claims: Iterable[str], known: Set[str]) -> tuple[str, ...]:
    """Return those of some short names whose IRI is not among those known, sorted."""
    return tuple(sorted(claim for claim in claims if terms.expand(claim) not in known))


def _text(term: object) -> str:
    """Return the IRI of a node."""
    return str(getattr(term, "value", term))


def _name(iri: str) -> str:
    """Return the short name of a node, or its IRI where it has none."""
    return terms.curie(iri) or iri


def _subjects(graph: Graph) -> set[str]:
    """Return the IRIs of all nodes about which the source files say something."""
    return {_text(quad.subject) for quad in graph.triples()}


def _account(name: str, found: Table | None, entries: dict[str, Entry], known: set[str]) -> TableAudit:
    """Return what became of the rows of one table."""
    rows = [(row, entries.get(row.hash)) for row in found.rows] if found else []
    return TableAudit(
        name=name,
        table=found,
        carried=sum(bool(entry and entry.claims) for _, entry in rows),
        left_out=tuple(LeftOut(found, row, entry.reason) for row, entry in rows if found and entry and entry.reason),
        unaccounted=tuple(row for row, entry in rows if entry is None),
        stray=tuple(sorted(entries.keys() - {row.hash for row, _ in rows})),
        vanished=vanished({claim for entry in entries.values() for claim in entry.claims}, known),
    )


def _counts(part: TableAudit) -> tuple[str, ...]:
    """Return the line of a table in what is printed."""
    why = Counter(left.kind for left in part.left_out)
    reasons = "; ".join(f"{kind} ({count:,})" for kind, count in sorted(why.items()))
    numbers = (part.rows, part.carried, len(part.left_out), len(part.unaccounted))
    return (plain(part.name), *(f"{number:,}" for number in numbers), reasons)


def _some(sentence: str, items: Sequence[str]) -> list[str]:
    """Return a sentence for each of the first items, and how many more there are."""
    more = [f"… and {len(items) - _SHOWN:,} more like this."] if len(items) > _SHOWN else []
    return [sentence.replace("{}", plain(item)) for item in items[:_SHOWN]] + more


def _sum(parts: Sequence[TableAudit]) -> str:
    """Return one line on all tables; it says 100 % only where no row is missing."""
    rows, carried = sum(part.rows for part in parts), sum(part.carried for part in parts)
    left, missing = sum(len(part.left_out) for part in parts), sum(len(part.unaccounted) for part in parts)
    share = (rows - missing) * 1000 // rows / 10 if rows else 100.0
    tables = sum(bool(part.table) for part in parts)
    return (
        f"{share:g} % of {rows:,} rows in {tables} {'table' if tables == 1 else 'tables'} accounted for: "
        f"{carried:,} carried, {left:,} left out, {missing:,} missing."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the audit from the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m cami_kg.audit", description="Account for every researched row.")
    parser.add_argument("facts", nargs="?", default="", metavar="FOLDER", help="the folder of research tables")
    parser.add_argument("--gaps", action="store_true", help="also write docs/data-gaps.md, if nothing is wrong")
    given = parser.parse_args(arguments)
    try:
        return _run(given.facts, given.gaps)
    except CamiError as error:
        print(f"audit: {error}", file=sys.stderr)
        return error.exit_code


def _run(facts: str, gaps: bool) -> int:
    if not facts:
        raise UsageError("No folder was named.", hint="Write make audit FACTS=FOLDER, the folder of research tables.")
    if not (ledger := home().root / "ledger").is_dir():
        raise UsageError("An installed graph has no ledger.", hint="Run the audit in a checkout.")
    found = audit(Path(facts), load(), ledger)
    print(found.text(), end="")
    if gaps and found.complete:
        written = home().root / "docs" / "data-gaps.md"
        written.write_text(found.gaps(), encoding="utf-8")
        print(f"Wrote {shown(written)}.")
    return 0 if found.complete else 1
