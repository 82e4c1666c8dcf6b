"""Reports: for people, for programs, and for code hosts."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cami_kg.check.report import Finding, Report, render, wants_colour
from cami_kg.errors import UsageError

ABOUT = "range:saiga-KZ", "cami:presense", None
ERROR = Finding(
    "error", Path("data/species/saiga.ttl"), 12, 5, *ABOUT, "Unknown.", "Did you mean cami:presence?", "shape:Range"
)
WARNING = Finding("warning", None, None, None, "state:KZ", None, '"x"@en', "Add a label.", None, "shape:Label")
REPORT = Report((ERROR, WARNING), files=1_000, triples=1, focus_nodes=2)


def test_text_is_one_line_per_finding_with_its_advice_below() -> None:
    """A finding reads as place, severity, node, property, message; then what to do; then the sum of it."""
    expected = """\
data/species/saiga.ttl:12:5: error: range:saiga-KZ cami:presense: Unknown.
    Did you mean cami:presence?
warning: state:KZ: Add a label.
1 error, 1 warning in 1,000 files, 1 triple, 2 nodes.
"""
    assert render(REPORT) == expected


def test_no_findings_are_said_too() -> None:
    """A report without findings says how much was looked at, and conforms."""
    report = Report((), 3, 10, 4)

    assert (render(report), report.conforms) == ("No findings in 3 files, 10 triples, 4 nodes.\n", True)


def test_only_errors_break_conformance() -> None:
    """Warnings do not count against a graph."""
    assert (REPORT.conforms, Report((WARNING,), 1, 1, 1).conforms) == (False, True)


def test_json_says_everything() -> None:
    """The JSON has every field of every finding."""
    value = json.loads(render(REPORT, "json"))

    assert (value["conforms"], value["files"], value["focus_nodes"]) == (False, 1000, 2)
    assert value["findings"][0] == {
        "severity": "error",
        "file": "data/species/saiga.ttl",
        "line": 12,
        "column": 5,
        "node": "range:saiga-KZ",
        "path": "cami:presense",
        "value": None,
        "message": "Unknown.",
        "fix": "Did you mean cami:presence?",
        "shape": "shape:Range",
    }


def test_sarif_has_what_version_2_1_0_requires() -> None:
    """The SARIF names its version and tool, and each result its rule, level, message and place."""
    log = json.loads(render(REPORT, "sarif"))
    run = log["runs"][0]

    assert (log["version"], run["tool"]["driver"]["name"], run["columnKind"]) == (
        "2.1.0",
        "cami check",
        "unicodeCodePoints",
    )
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["shape:Label", "shape:Range"]
    assert run["results"][0] == {
        "ruleId": "shape:Range",
        "ruleIndex": 1,
        "level": "error",
        "message": {"text": "Unknown. Did you mean cami:presence?"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "data/species/saiga.ttl"},
                    "region": {"startLine": 12, "startColumn": 5},
                },
                "logicalLocations": [{"fullyQualifiedName": "range:saiga-KZ"}],
            }
        ],
    }


def test_a_file_elsewhere_is_a_file_uri_in_sarif(tmp_path: Path) -> None:
    """A file outside the current folder has its whole address, with what IRIs do not allow escaped."""
    finding = Finding("error", tmp_path / "a b.ttl", 1, 1, None, None, None, "Unknown.", None, "turtle")
    result = json.loads(render(Report((finding,), 1, 1, 1), "sarif"))["runs"][0]["results"][0]

    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == f"file://{tmp_path.as_posix()}/a%20b.ttl"


def test_an_unknown_format_gets_the_nearest() -> None:
    """A misspelt format is wrong usage, answered with the right one."""
    with pytest.raises(UsageError, match=r"no report format 'jsno'\. Write json\."):
        render(REPORT, "jsno")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


@pytest.mark.parametrize(("setting", "colour"), [(None, True), ("", True), ("1", False)])
def test_colour_is_for_terminals_without_no_color(
    monkeypatch: pytest.MonkeyPatch, setting: str | None, colour: bool
) -> None:
    """Colour is written to a terminal only, and never where NO_COLOR is set."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    if setting is not None:
        monkeypatch.setenv("NO_COLOR", setting)

    assert (wants_colour(Terminal()), wants_colour(io.StringIO())) == (colour, False)
    assert ("\033[31merror\033[0m" in render(REPORT, colour=True), "\033" in render(REPORT)) == (True, False)
