"""Which code and which data this is."""

from __future__ import annotations

import hashlib

from cami_kg.graph import Graph
from cami_kg.terms import GRAPH


def code_version() -> str:
    """Return the version of the installed distribution, or `unknown` where the package only lies on the path."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("cami-kg")
    except PackageNotFoundError:
        return "unknown"


def data_hash(graph: Graph) -> str:
    """Return the SHA-256 of what the graph was loaded from, in hexadecimal.

    It is that of a text with one line for each source file, sorted: the SHA-256 of its bytes, two blanks, and its named
    graph without the common start (such as `species/saiga`). So it is the same in a checkout and in a wheel.
    """
    lines = (
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name.removeprefix(GRAPH)}\n"
        for name, path in graph.files.items()
    )
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
