"""The graphs that tests look at: the invented miniature and the real one, each loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_graph import small_graph

from cami_kg.graph import Graph, load

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def miniature() -> Graph:
    """An invented graph, small enough to know every answer, with the real ontology."""
    return load(HERE / "graph" / "data")


@pytest.fixture(scope="session")
def real() -> Graph:
    """The project's own graph."""
    return load()


@pytest.fixture
def small(tmp_path: Path) -> Graph:
    """A handful of invented claims and two saved queries, in a folder that the test may write into."""
    return small_graph(tmp_path)
