"""What a check found, for people (text), programs (json) and code hosts (SARIF 2.1.0)."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from cami_kg.errors import UsageError, nearest, shown

FORMATS = ("text", "json", "sarif")
_COLOURS = {"error": "31", "warning": "33", "note": "36"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where, and what to write instead.

    Attributes:
        severity: `error`, `warning` or `note`.
        file: the source file, if the fault stands in one.
        line, column: counted from 1, in characters.
        node, path, value: what the fault is about, as short names or Turtle; None where that says nothing.
        message: what is wrong, as a sentence.
        fix: what to write, as a sentence.
        shape: the shape that asks for it, as a short name; `turtle`, `place` and `literal` need no shape.
    """

    severity: str
    file: Path | None
    line: int | None
    column: int | None
    node: str | None
    path: str | None
    value: str | None
    message: str
    fix: str | None
    shape: str

    @property
    def place(self) -> str:
        """The place as `file:line:column`, as far as it is known."""
        parts = (shown(self.file) if self.file else None, self.line, self.column)
        return ":".join(str(part) for part in parts if part is not None)


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of a check, files that are not Turtle first, then in order of place; and how much was looked at."""

    findings: tuple[Finding, ...]
    files: int
    triples: int
    focus_nodes: int

    @property
    def conforms(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return not any(finding.severity == "error" for finding in self.findings)

    def summary(self) -> str:
        """Return one line: what was found in how much."""
        counts = Counter(finding.severity for finding in self.findings)
        found = [_counted(counts[severity], severity) for severity in _COLOURS if counts[severity]]
        looked = (
            f"{_counted(self.files, 'file')}, {_counted(self.triples, 'triple')}, {_counted(self.focus_nodes, 'node')}"
        )
        return f"{', '.join(found) or 'No findings'} in {looked}."


def render(report: Report, format: str = "text", *, colour: bool = False) -> str:  # noqa: A002 - the option's name
    """Return the report as text that ends with a newline.

    Args:
        report: what a check found.
        format: `text`, `json` or `sarif`.
        colour: mark severities in text; `wants_colour` knows when.

    Raises:
        UsageError: there is no such format.
    """
    if format == "text":
        return _text(report, colour)
    if format == "json":
        return _dumped(_json(report))
    if format == "sarif":
        return _dumped(_sarif(report))
    near = nearest(format, FORMATS) or FORMATS
    raise UsageError(f"There is no report format {format!r}.", hint=f"Write {' or '.join(near)}.")


def wants_colour(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal whose user has not set NO_COLOR."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _text(report: Report, colour: bool) -> str:
    lines = []
    for finding in report.findings:
        severity = f"\033[{_COLOURS[finding.severity]}m{finding.severity}\033[0m" if colour else finding.severity
        about = " ".join(part for part in (finding.node, finding.path) if part)
        lines.append(": ".join(part for part in (finding.place, severity, about, finding.message) if part))
        if finding.fix:
            lines.append(f"    {finding.fix}")
    return "\n".join([*lines, report.summary()]) + "\n"


def _dumped(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _json(report: Report) -> dict[str, Any]:
    findings = [
        asdict(finding) | {"file": shown(finding.file) if finding.file else None} for finding in report.findings
    ]
    return {
        "conforms": report.conforms,
        "files": report.files,
        "triples": report.triples,
        "focus_nodes": report.focus_nodes,
        "findings": findings,
    }


def _sarif(report: Report) -> dict[str, Any]:
    rules = sorted({finding.shape for finding in report.findings})
    driver = {
        "name": "cami check",
        "informationUri": "https://w3id.org/cami/",
        "rules": [{"id": rule, "shortDescription": {"text": f"What {rule} asks for"}} for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(finding, rules) for finding in report.findings],
    }
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return {"$schema": schema, "version": "2.1.0", "runs": [run]}


def _sarif_result(finding: Finding, rules: Sequence[str]) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.file:
        path = shown(finding.file)
        uri = Path(path).as_uri() if Path(path).is_absolute() else path
        region = {"startLine": finding.line or 1, "startColumn": finding.column or 1}
        location["physicalLocation"] = {"artifactLocation": {"uri": uri}, "region": region}
    if finding.node:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.node}]
    return {
        "ruleId": finding.shape,
        "ruleIndex": rules.index(finding.shape),
        "level": finding.severity,
        "message": {"text": f"{finding.message} {finding.fix}" if finding.fix else finding.message},
        "locations": [location] if location else [],
    }
