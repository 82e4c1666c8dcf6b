"""The audit: every researched row is in the graph or left out for a reason, and nothing is in the graph without one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cami_kg import audit as auditing
from cami_kg.audit import Audit, audit, unstated, vanished
from cami_kg.audit.ledger import REASONS, Ledger, read_ledger, read_table, row_hash
from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph

ROOT = Path(__file__).resolve().parent.parent
LEDGER = ROOT / "ledger"
FACTS = os.environ.get("CAMI_FACTS")

HOPPER = ("dune-hopper", "XA", "extant")
CAT = ("ridge-cat", "XA", "a cat, said\nto be there")
TABLE = 'species,state,presence\ndune-hopper,XA,extant\nridge-cat,XA,"a cat, said\nto be there"\n'


@pytest.fixture(scope="module")
def book() -> Ledger:
    """The project's own ledger."""
    return read_ledger(LEDGER)


@pytest.fixture
def folders(tmp_path: Path, small: Graph) -> tuple[Path, Path]:
    """A table of two rows, of which a claim carries one, and the ledger that says so; all else is explained."""
    facts, ledger = tmp_path / "facts", tmp_path / "ledger"
    facts.mkdir()
    ledger.mkdir()
    (facts / "ranges.csv").write_text(TABLE, encoding="utf-8")
    left = f"{row_hash(CAT)},,No claim rests on it.\n"
    (ledger / "ranges.csv").write_text(f"row,claim,reason\n{row_hash(HOPPER)},range:dune-hopper-XA,\n{left}")
    own = [name for name in unstated(small, Ledger({})) if name != "range:dune-hopper-XA"]
    (ledger / "own.csv").write_text("claim,reason\n" + "".join(f"{name},Invented.\n" for name in own))
    return facts, ledger


def seen(found: Audit) -> tuple[int, int, int, int]:
    """How many rows the only table has, how many are carried, left out and missing."""
    (part,) = found.tables
    return part.rows, part.carried, len(part.left_out), len(part.unaccounted)


def test_every_claim_the_ledger_names_is_in_the_graph(real: Graph, book: Ledger) -> None:
    """Whoever renames or removes a claim mends the ledger."""
    known = {quad.subject.value for quad in real.triples()}

    assert vanished(book.claims() | book.own.keys(), known) == (), "mend these lines of ledger/"


def test_nothing_stands_in_the_graph_without_a_row_or_a_reason(real: Graph, book: Ledger) -> None:
    """Claims, sources, things and list members come from a row; what does not is explained in own.csv."""
    assert unstated(real, book) == (), "add a line to ledger/own.csv with the reason"


def test_what_a_row_carries_needs_no_explanation(book: Ledger) -> None:
    """A line of own.csv goes when a row of a table comes."""
    assert book.own.keys() & book.claims() == set(), "delete these lines of ledger/own.csv"


@pytest.mark.parametrize("path", sorted(LEDGER.glob("*.csv")), ids=lambda path: path.stem)
def test_its_lines_are_sorted(path: Path) -> None:
    """So two people who change it meet in few lines."""
    rows = [row.cells for row in read_table(path).rows]

    assert rows == sorted(set(rows)), f"sort {path.name}, each line once"


def test_reasons_come_from_a_short_list(book: Ledger) -> None:
    """Each of the reasons is used, so that the list stays short."""
    used = {entry.reason for entries in book.tables.values() for entry in entries.values()} - {""}
    used |= {cells.reason for cells in book.columns}

    assert {reason.removesuffix(".").partition(": ")[0] for reason in used} == set(REASONS)


@pytest.mark.research
@pytest.mark.skipif(not FACTS, reason="set CAMI_FACTS to the folder of research tables")
def test_every_row_of_the_research_tables_is_accounted_for(real: Graph) -> None:
    """Tables, ledger and graph agree, and docs/data-gaps.md says what was left out."""
    found = audit(Path(FACTS or ""), real, LEDGER)

    assert list(found.faults()) == []
    assert (ROOT / "docs" / "data-gaps.md").read_text(encoding="utf-8") == found.gaps(), "run make audit"


def test_it_counts_what_became_of_the_rows(folders: tuple[Path, Path], small: Graph) -> None:
    """Two rows, one carried, one left out: complete."""
    found = audit(folders[0], small, folders[1])

    assert (seen(found), found.complete) == ((2, 1, 1, 0), True)
    assert found.text().endswith(
        "ranges  2     1        1         0        No claim rests on it (1)\n\n"
        "100 % of 2 rows in 1 table accounted for: 1 carried, 1 left out, 0 missing.\n"
    )


def test_rows_alike_in_every_cell_are_one(folders: tuple[Path, Path], small: Graph) -> None:
    """A row that stands twice is carried twice by the same line."""
    (folders[0] / "ranges.csv").write_text(TABLE + "dune-hopper,XA,extant\n", encoding="utf-8")

    assert seen(audit(folders[0], small, folders[1])) == (3, 2, 1, 0)


def test_a_row_of_which_the_ledger_is_silent_is_named(folders: tuple[Path, Path], small: Graph) -> None:
    """With the line on which it begins; one changed letter makes another row, and its old hash strays."""
    (folders[0] / "ranges.csv").write_text(TABLE.replace("extant", "extinct") + "x,,y\n", encoding="utf-8")

    found = audit(folders[0], small, folders[1])

    where = folders[0] / "ranges.csv"
    assert (seen(found), found.complete) == ((3, 0, 1, 2), False)
    assert list(found.faults()) == [
        f"{where}:2: dune-hopper, XA, extinct: the ledger says nothing of this row.",
        f"{where}:5: x, , y: the ledger says nothing of this row.",
        f"ledger/ranges.csv: no row of the table has the hash {row_hash(HOPPER)}.",
    ]
    assert "33.3 % of 3 rows in 1 table accounted for: 0 carried, 1 left out, 2 missing." in found.text()


def test_a_claim_that_is_not_in_the_graph_is_named(folders: tuple[Path, Path], small: Graph) -> None:
    """And so is what own.csv explains; and what then has neither a row nor a reason."""
    for name, old in (("ranges", "hopper-XA,"), ("own", "ridge-cat,")):
        path = folders[1] / f"{name}.csv"
        path.write_text(path.read_text().replace(old, f"x-{old}"))

    assert list(audit(folders[0], small, folders[1]).faults()) == [
        "ledger/ranges.csv: the graph does not have range:dune-x-hopper-XA.",
        "ledger/own.csv: the graph does not have species:x-ridge-cat.",
        "The graph has species:ridge-cat, of which neither a table nor ledger/own.csv speaks.",
    ]


def test_a_table_that_is_gone_leaves_its_hashes(folders: tuple[Path, Path], small: Graph) -> None:
    """The ledger speaks of rows that nobody can look up any more."""
    (folders[0] / "ranges.csv").rename(folders[0] / "occurrences.csv")

    found = audit(folders[0], small, folders[1])

    assert [(part.name, part.rows, len(part.unaccounted), len(part.stray)) for part in found.tables] == [
        ("occurrences", 2, 2, 0),
        ("ranges", 0, 0, 2),
    ]


def test_a_list_is_explained_as_a_whole(folders: tuple[Path, Path], small: Graph) -> None:
    """A line on `scheme:presence` speaks for all its members."""
    path = folders[1] / "own.csv"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("presence:")]
    path.write_text("\n".join([*kept, "scheme:presence,A list of ours."]) + "\n")

    assert audit(folders[0], small, folders[1]).complete


def test_a_source_is_explained_with_what_rests_on_it(folders: tuple[Path, Path], small: Graph) -> None:
    """Whoever adds facts from a new document writes one line."""
    path = folders[1] / "own.csv"
    kept = [line for line in path.read_text().splitlines() if not line.startswith(("range:", "species:dune-hopper,"))]
    path.write_text("\n".join(kept) + "\n")

    assert audit(folders[0], small, folders[1]).complete


def test_many_faults_are_cut_short(folders: tuple[Path, Path], small: Graph) -> None:
    """The first twenty of a kind, and how many more."""
    (folders[0] / "ranges.csv").write_text(TABLE + "x,y,z\n" * 23, encoding="utf-8")

    faults = list(audit(folders[0], small, folders[1]).faults())

    assert (len(faults), faults[-1]) == (21, "… and 3 more like this.")


def test_the_page_names_the_rows_left_out(folders: tuple[Path, Path], small: Graph) -> None:
    """By the first two cells where the table is not a known one; codes stand in one line."""
    page = audit(folders[0], small, folders[1]).gaps()

    assert page.startswith("<!-- Made by `make audit FACTS=FOLDER`")
    assert page.endswith(
        "| `ranges` | 2 | 1 | 1 |\n\n## No claim rests on it\n\n"
        f"{REASONS['No claim rests on it']} Rows: 1.\n\n**`ranges`.**\n\n- ridge-cat, XA\n"
    )


def test_cells_that_are_not_carried_are_on_the_page(folders: tuple[Path, Path], small: Graph) -> None:
    """columns.csv names them; a column that no table has is a fault."""
    lines = "table,column,reason\nranges,presence,Not sure enough: a *guess*.\nranges,size,Words of others.\n"
    (folders[1] / "columns.csv").write_text(lines)

    found = audit(folders[0], small, folders[1])

    assert "| `ranges` | `presence` | Not sure enough: a \\*guess\\*. |\n" in found.gaps()
    assert list(found.faults()) == ["ledger/columns.csv: the tables do not have ranges.size."]


CLAIM = f"{row_hash(HOPPER)},range:dune-hopper-XA,"
REASON = f"{row_hash(HOPPER)},,No claim rests on it."


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([f"{row_hash(HOPPER)},,"], "2: A line names a claim or gives a reason, one of the two."),
        ([CLAIM + "No claim rests on it."], "2: A line names a claim or gives a reason, one of the two."),
        ([CLAIM, REASON], "3: This row is carried and left out at once."),
        ([REASON, CLAIM], "3: This row is carried and left out at once."),
        ([CLAIM, CLAIM], "3: This line stands twice."),
        ([REASON, REASON], "3: This line stands twice."),
        (["2,range:dune-hopper-XA,"], "2: '2' is not the hash of a row, 16 hexadecimal digits."),
        ([CLAIM.replace("range:", "rank:")], "2: The prefix rank: is not known."),
        ([REASON.replace("No claim", "Nobody")], "2: 'Nobody rests on it.' does not begin as a reason of"),
        ([REASON.rstrip(".")], "2: 'No claim rests on it' does not begin as a reason of"),
        (["too,few"], "2: A row of 2 cells stands below a header of 3."),
    ],
)
def test_a_ledger_that_makes_no_sense_is_refused(folders: tuple[Path, Path], lines: list[str], fault: str) -> None:
    """The error names the line and what is wrong with it."""
    path = folders[1] / "ranges.csv"
    path.write_text("\n".join(["row,claim,reason", *lines]) + "\n")

    with pytest.raises(CamiError) as error:
        read_ledger(folders[1])

    assert f"{path}:{fault}" in str(error.value)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "The table is empty."),
        (b"a,b\n1,2\n1\n", ":3: A row of 1 cells stands below a header of 2."),
        (b"a,b\n1,\xff\n", "Byte 7 is not UTF-8."),
        (b'a,b\n1,"2\n', "The table is not CSV: unexpected end of data."),
    ],
)
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, fault: str) -> None:
    """Each mistake is one sentence."""
    path = tmp_path / "ranges.csv"
    path.write_bytes(content)

    with pytest.raises(CamiError) as error:
        read_table(path)

    assert f"{path}" in str(error.value)
    assert fault in str(error.value)


def test_a_header_with_other_columns_is_no_ledger(folders: tuple[Path, Path]) -> None:
    """A research table put into ledger/ by mistake is not taken for one."""
    (folders[1] / "ranges.csv").write_text(TABLE)

    with pytest.raises(CamiError, match=r"The header is not row,claim,reason\."):
        read_ledger(folders[1])


def test_a_reason_of_our_own_is_needed(folders: tuple[Path, Path]) -> None:
    """A line of own.csv without one says nothing."""
    (folders[1] / "own.csv").write_text("claim,reason\nspecies:saiga,\n")

    with pytest.raises(CamiError, match="2: This line gives no reason"):
        read_ledger(folders[1])


def test_a_missing_or_empty_folder_is_wrong_usage(tmp_path: Path, small: Graph) -> None:
    """Exit code 2, and what to name instead."""
    (tmp_path / "empty").mkdir()
    for folder, fault in (("nowhere", "This folder does not exist."), ("empty", "No table")):
        with pytest.raises(UsageError, match=fault):
            audit(tmp_path / folder, small, LEDGER)


def test_the_hash_of_a_row_is_as_documented() -> None:
    r"""`printf 'a\x1fb' | sha256sum | cut -c1-16` gives the same."""
    assert row_hash(("a", "b")) == "f04cdced9736a69d"


def test_the_command_exits_with_2_where_no_folder_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """`make audit` without FACTS says what to write."""
    assert auditing.main([""]) == 2
    assert capsys.readouterr().err == (
        "audit: No folder was named. Write make audit FACTS=FOLDER, the folder of research tables.\n"
    )


def test_the_command_exits_with_1_where_rows_are_missing(folders: tuple[Path, Path]) -> None:
    """Its page of gaps stays as it was."""
    before = [path.stat().st_mtime_ns for path in (ROOT / "docs").glob("*.md")]
    ran = subprocess.run(
        [sys.executable, "-m", "cami_kg.audit", "--gaps", folders[0]], cwd=ROOT, capture_output=True, text=True
    )

    assert (ran.returncode, ran.stderr) == (1, "")
    assert "ranges.csv:2: dune-hopper, XA, extant: the ledger says nothing of this row." in ran.stdout
    assert [path.stat().st_mtime_ns for path in (ROOT / "docs").glob("*.md")] == before
