"""The ledger: for each row of the research tables the claims that carry it, or the reason why none does.

`ledger/<table>.csv` has the columns `row`, `claim` and `reason`. A row is named by the hash of its cells (`row_hash`),
so rows that are alike in every cell are one. A line names one claim by its short name, or gives a reason; a row that
became several claims has several lines. `ledger/columns.csv` (`table`, `column`, `reason`) names the cells that the
graph does not hold although it holds their row; `ledger/own.csv` (`claim`, `reason`) says why something stands in the
graph of which no table speaks.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cami_kg.errors import CamiError, UsageError, shown
from cami_kg.terms import expand

HEADER = ("row", "claim", "reason")
REASONS = {
    "No claim rests on it": "A source that was read, and from which nothing in the graph is taken.",
    "Nothing in the graph uses it": "A word, code or address for which the graph has no use so far.",
    "Not sure enough": "A statement of low confidence, or one of which it is not clear what it means.",
    "Said better elsewhere": "The same fact stands in the graph, from a row that says it more surely or more fully.",
    "Words of others": "Text that belongs to others, or that is about the tables: the graph says it in its own way.",
}
"""How a reason may begin, and what that means; a colon and a detail may follow, and a full stop ends it."""

_HASH = re.compile(r"[0-9a-f]{16}")


def row_hash(cells: Sequence[str]) -> str:
    """Return the name of a row: the first 16 hexadecimal digits of a SHA-256.

    It is that of the cells as the CSV reader gives them, in UTF-8, with U+001F between them.
    """
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: the line on which it begins (counted from 1) and its cells."""

    line: int
    cells: tuple[str, ...]

    @property
    def hash(self) -> str:
        """Its name in the ledger."""
        return row_hash(self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file with a header."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        """The name of the file without its ending."""
        return self.path.stem

    def place(self, row: Row) -> str:
        """Return where a row stands, as `file:line`."""
        return f"{shown(self.path)}:{row.line}"


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a row: the claims that carry it, or, if there is none, the reason."""

    claims: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Column:
    """Cells that the graph does not hold although it holds their row, and the reason."""

    table: str
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The whole ledger.

    Attributes:
        tables: by name of the table and hash of the row, what became of the row.
        own: by short name of a thing, claim, list or source, why it (and the members of the list, and what rests on the
            source) stands in the graph though no table speaks of it.
        columns: which cells of rows that are carried are not.
    """

    tables: dict[str, dict[str, Entry]]
    own: dict[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()

    def claims(self) -> set[str]:
        """Return the short names of all that carries a row."""
        return {claim for entries in self.tables.values() for entry in entries.values() for claim in entry.claims}


def read_tables(folder: Path) -> list[Table]:
    """Read all CSV files of a folder, sorted by name.

    Raises:
        UsageError: the folder is missing or holds none.
        CamiError: one cannot be read.
    """
    hint = "Name a folder of tables."
    if not folder.is_dir():
        raise UsageError("This folder does not exist.", where=folder, hint=hint)
    if not (paths := sorted(folder.glob("*.csv"))):
        raise UsageError("No table (*.csv) lies in this folder.", where=folder, hint=hint)
    return [read_table(path) for path in paths]


def read_table(path: Path) -> Table:
    """Read a CSV file in UTF-8.

    Raises:
        CamiError: it cannot be read, is not UTF-8 or not CSV, is empty, or a row is not as long as the header.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = tuple(_rows(file))
    except UnicodeDecodeError as error:
        raise CamiError(f"Byte {error.start + 1} is not UTF-8.", where=path, hint="Save the table as UTF-8.") from None
    except OSError as error:
        raise CamiError(f"The table cannot be read: {error.strerror}.", where=path, hint="Look at the file.") from None
    except csv.Error as error:
        raise CamiError(f"The table is not CSV: {error}.", where=path, hint="Mend its quotes.") from None
    if not rows:
        raise CamiError("The table is empty.", where=path, hint="Write a header and rows, or delete the file.")
    table = Table(path, rows[0].cells, rows[1:])
    if wrong := next((row for row in table.rows if len(row.cells) != len(table.columns)), None):
        message = f"A row of {len(wrong.cells)} cells stands below a header of {len(table.columns)}."
        raise CamiError(message, where=table.place(wrong), hint="Mend the row.")
    return table


def _rows(file: Iterator[str]) -> Iterator[Row]:
    """Yield the rows with the line on which each begins: a cell may hold line breaks."""
    reader = csv.reader(file, strict=True)
    line = 1
    for cells in reader:
        if cells:
            yield Row(line, tuple(cells))
        line = reader.line_num + 1


def read_ledger(folder: Path) -> Ledger:
    """Read the ledger.

    Raises:
        UsageError: the folder is missing or empty.
        CamiError: a file cannot be read, or a line says nothing, two things at once, or something without meaning.
    """
    tables = {table.name: table for table in read_tables(folder)}
    own, columns = tables.pop("own", None), tables.pop("columns", None)
    entries = {name: _entries(table) for name, table in tables.items()}
    return Ledger(entries, _own(own) if own else {}, _columns(columns) if columns else ())


def _columns(table: Table) -> tuple[Column, ...]:
    """Return the cells that are not carried."""
    _expect(table, ("table", "column", "reason"))
    for row in table.rows:
        _refuse(table, row, _unheard(row.cells[2]))
    return tuple(Column(*row.cells) for row in table.rows)


def _own(table: Table) -> dict[str, str]:
    """Return the reasons of what no table speaks of, by short name."""
    _expect(table, ("claim", "reason"))
    own: dict[str, str] = {}
    for row in table.rows:
        claim, reason = row.cells
        _refuse(table, row, _unknown(claim) or ("" if reason else "This line gives no reason."))
        own[claim] = reason
    return own


def _entries(table: Table) -> dict[str, Entry]:
    """Return what became of each row of a table, by its hash."""
    _expect(table, HEADER)
    entries: dict[str, Entry] = {}
    for row in table.rows:
        name, claim, reason = row.cells
        before = entries.get(name)
        _refuse(table, row, _fault(name, claim, reason) or _contradiction(before, claim))
        entries[name] = Entry((*before.claims, claim), "") if before else Entry((claim,) if claim else (), reason)
    return entries


def _fault(name: str, claim: str, reason: str) -> str:
    """Return what is wrong with a line by itself, as a sentence, or nothing."""
    if not _HASH.fullmatch(name):
        return f"{name[:40]!r} is not the hash of a row, 16 hexadecimal digits."
    if bool(claim) == bool(reason):
        return "A line names a claim or gives a reason, one of the two."
    return _unknown(claim) if claim else _unheard(reason)


def _unheard(reason: str) -> str:
    """Return what is wrong with a reason, as a sentence, or nothing."""
    if reason.endswith(".") and reason[:-1].partition(": ")[0] in REASONS:
        return ""
    return f"{reason[:60]!r} does not begin as a reason of cami_kg/audit/ledger.py does and end with a full stop."


def _contradiction(before: Entry | None, claim: str) -> str:
    """Return what is wrong with a line beside those on the same row before it, or nothing."""
    if before is None:
        return ""
    if claim in before.claims or not (claim or before.claims):
        return "This line stands twice."
    return "" if claim and before.claims else "This row is carried and left out at once."


def _unknown(claim: str) -> str:
    """Return why a short name has no meaning, as a sentence, or nothing."""
    try:
        expand(claim)
    except UsageError as error:
        return error.message
    return ""


def _refuse(table: Table, row: Row, fault: str) -> None:
    if fault:
        raise CamiError(fault, where=table.place(row), hint="Mend the line.")


def _expect(table: Table, header: tuple[str, ...]) -> None:
    if table.columns != header:
        raise CamiError(f"The header is not {','.join(header)}.", where=table.path, hint="Mend the first line.")
