"""Errors: one sentence that says what, where and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from cami_kg.errors import CamiError, TurtleError, UsageError, nearest, shown


def test_an_error_reads_as_place_message_hint() -> None:
    """An error prints the place, what is wrong, and what to do."""
    error = CamiError("Two is expected.", where="data/x.ttl:3", hint="Write 2.")

    assert str(error) == "data/x.ttl:3: Two is expected. Write 2."


def test_usage_errors_exit_with_2() -> None:
    """Wrong usage exits with 2, whatever else is wrong with 1."""
    assert (CamiError("a").exit_code, TurtleError(Path("a"), 1, 1, "b").exit_code, UsageError("a").exit_code) == (
        1,
        1,
        2,
    )


def test_paths_below_the_current_folder_are_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is shown from the current folder where it lies below it, and whole elsewhere."""
    monkeypatch.chdir(tmp_path)

    assert shown(tmp_path / "data" / "x.ttl") == "data/x.ttl"
    assert shown(tmp_path.parent / "x.ttl") == (tmp_path.parent / "x.ttl").as_posix()


def test_nearest_names_come_first_and_ignore_case() -> None:
    """The nearest of the known names come first; case does not count, and strangers are left out."""
    assert nearest("RANGE-STATE", ["threats", "range-states", "species"]) == ["range-states"]
    assert nearest("qqqq", ["threats"]) == []
