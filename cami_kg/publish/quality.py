"""The quality report of a release, for people and for machines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from cami_kg.graph import Graph
from cami_kg.quality import quality, render


def write_quality(graph: Graph, folder: Path, as_of: date, progress: Callable[[str], None]) -> None:
    """Write `quality.json` and `quality.md`, which say the same, into a new folder."""
    progress("quality")
    folder.mkdir()
    report = quality(graph, as_of)
    for form in ("json", "md"):
        (folder / f"quality.{form}").write_bytes(render(report, form).encode())
