"""Text for a terminal is safe to print and fits."""

import pytest

from cami_kg.query.layout import plain, table, width, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("сайгак", "сайгак"),
        ("two\n\t lines", "two lines"),
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("left\u202eright", r"left\u202eright"),
        ("یوز\u200cپلنگ", "یوز\u200cپلنگ"),
        ("", ""),
    ],
)
def test_nothing_invisible_reaches_the_terminal(text: str, shown: str) -> None:
    """Control characters and marks of direction are written out; the joiners of words stay."""
    assert shown == plain(text)


def test_width_is_that_of_the_terminal() -> None:
    """Wide characters take two columns, combining ones none."""
    assert [6, 4, 1] == [width(text) for text in ("сайгак", "高鼻", "e\u0301")]


def test_a_table_is_as_wide_as_its_cells() -> None:
    """Without a limit nothing is broken, and no line ends in blanks."""
    text = table(["a", "name"], [["1", "高鼻羚羊"], ["22", ""]])

    assert "a   name\n──  ────────\n1   高鼻羚羊\n22\n" == text


def test_a_table_fits_its_limit() -> None:
    """The widest columns give way first, between words where it can be; nothing is lost."""
    rows = [["short", "a text of several words that is too long", "x" * 30]]
    text = table(["one", "two", "three"], rows, 50)

    assert max(map(width, text.splitlines())) <= 50
    assert sorted("".join(rows[0]).replace(" ", "")) == sorted("".join(text.splitlines()[2:]).replace(" ", ""))
    assert "a text of several" in text


def test_a_table_without_rows_is_its_head() -> None:
    """Columns are shown also where nothing was found."""
    assert "a  b\n─  ─\n" == table(["a", "b"], [])


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_wrapping_loses_nothing(limit: int) -> None:
    """Lines are at most as wide as asked for, one wide character excepted."""
    text = "ab cdefgh 高鼻羚羊 i"
    lines = list(wrap(text, limit))

    assert "".join(text.split()) == "".join("".join(lines).split())
    assert all(width(line) <= max(limit, 2) for line in lines)


def test_rows_that_no_table_can_hold_become_records() -> None:
    """Where columns would be too narrow to read, each row is a block; cells without text are left out."""
    columns = [f"column{number}" for number in range(8)]
    row = ["two words", "", *["a-word-of-some-length"] * 6]

    lines = table(columns, [row], limit=60).splitlines()

    assert ["column0  two words", "column2  a-word-of-some-length"] == lines[1:3]
    assert max(map(width, lines)) <= 60
