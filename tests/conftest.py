"""The graphs that tests look at: the invented miniature and the real one, each loaded once."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from datetime import date
from pathlib import Path

import pytest
from small_graph import small_graph

from cami_kg.graph import Graph, load
from cami_kg.publish import publish

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def miniature() -> Graph:
    """An invented graph, small enough to know every answer, with the real ontology."""
    return load(HERE / "graph" / "data")


@pytest.fixture(scope="session")
def real() -> Graph:
    """The project's own graph."""
    return load()


@pytest.fixture(scope="session")
def published(miniature: Graph, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Publish one part of a release of the miniature, and return its folder."""

    def folder(part: str) -> Path:
        out = tmp_path_factory.mktemp(part) / "dist"
        publish(miniature, out, only=[part], as_of=date(2016, 1, 1))
        return out / part

    return folder


@pytest.fixture
def small(tmp_path: Path) -> Graph:
    """A handful of invented claims and two saved queries, in a folder that the test may write into."""
    return small_graph(tmp_path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CAMI_NO_SKIP is set (the gate), a test that skips has failed, unless it compares with the research."""
    report = yield
    if report.skipped and os.environ.get("CAMI_NO_SKIP") and "research" not in item.keywords:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped, and nothing may skip here: {report.longrepr}"
    return report
