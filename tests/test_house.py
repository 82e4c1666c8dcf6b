"""The house: rooms on floors, imports downwards only, modules of a size that one reads at a sitting."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "cami_kg"

# The ground floor first. A room is a list of modules, each of which may import those before it in its room and all
# those on the floors below, and nothing else of the package.
FLOORS: list[list[list[str]]] = [
    [["errors", "home", "terms"], ["page"]],
    [["bridge", "positions", "turtle"]],
    [["graph", "version"]],
    [
        [
            "check.report",
            "check.literals",
            "check.rules",
            "check.place",
            "check.shapes",
            "check.advice",
            "check",
        ],
        [
            "query.sparql",
            "query.layout",
            "query.saved",
            "query.names",
            "query.bind",
            "query.day",
            "query.frames",
            "query.geojson",
            "query.results",
            "query.wire",
            "query.remote",
            "query",
            "query.explain",
            "query.cite",
            "query.search",
            "query.lint",
        ],
    ],
    [
        ["quality.evidence", "quality.tally", "quality"],
        ["show"],
        ["new"],
        ["audit.ledger", "audit.gaps", "audit", "audit.__main__"],
    ],
    [["diff.sides", "diff.changes", "diff.answers", "diff"]],
    [
        [
            "publish.canonical",
            "publish.jsonld",
            "publish.dumps",
            "publish.entities",
            "publish.answers",
            "publish.catalogue",
            "publish.quality",
            "publish.tables.schema",
            "publish.tables.rows",
            "publish.tables.typed",
            "publish.tables.package",
            "publish.tables.places",
            "publish.tables.mappings",
            "publish.tables",
            "publish.release",
            "publish.push",
            "publish",
        ],
    ],
    [["cami_kg"], ["cli.terminal", "cli.complete", "cli.options", "cli.edit", "cli.ask", "cli.release", "cli"]],
]
LONGEST = 400
NO_PROJECT_FILES = {".git", ".venv", "dist", "build", "node_modules"}
# What a file of the project must not name: hosts of package registries, folders of one machine.
STRANGERS = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|proxy\.golang\.org|\.\./shared|(?<![\w/.:*-])/(?:work|root|home)/\w"
)


def name_of(path: Path) -> str:
    """The name of a module below the package, such as `publish.dumps`; that of the package itself is its own."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "cami_kg"


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(path: Path) -> Iterator[str]:
    """Every module of the package that a module imports, wherever in its text."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("cami_kg.") for alias in node.names if alias.name.startswith("cami_kg"))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write the whole name of a module, not a relative import"
            if node.module and node.module.split(".")[0] == "cami_kg":
                module = node.module.removeprefix("cami_kg").removeprefix(".")
                inner = [f"{module}.{alias.name}".removeprefix(".") for alias in node.names]
                yield from (name if name in MODULES else module or "cami_kg" for name in inner)


def allowed(module: str) -> set[str]:
    """The modules that a module may import."""
    below: set[str] = set()
    for floor in FLOORS:
        for room in floor:
            if module in room:
                return below | set(room[: room.index(module)])
        below.update(name for room in floor for name in room)
    raise AssertionError(f"{module} has no room: add it to FLOORS in tests/test_house.py")


def test_every_module_has_one_room() -> None:
    """The plan of the house names every module once, and no other."""
    planned = [module for floor in FLOORS for room in floor for module in room]

    assert sorted(planned) == sorted(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_imports_lead_downwards(module: str) -> None:
    """A module imports from the floors below and from what stands before it in its room; so there are no circles."""
    upwards = set(imports(MODULES[module])) - allowed(module)

    assert upwards == set(), f"{module} imports {upwards}: move what is shared to a lower floor"


@pytest.mark.parametrize("module", MODULES)
def test_modules_are_short(module: str) -> None:
    """No module is longer than one reads at a sitting."""
    lines = len(MODULES[module].read_text(encoding="utf-8").splitlines())

    assert lines <= LONGEST, f"{module} has {lines} lines: split it by what it does"


def test_asking_does_not_pay_for_the_tools_of_editors() -> None:
    """The way from the command line to an answer imports neither rdflib nor pySHACL."""
    code = "import sys, cami_kg, cami_kg.cli, cami_kg.query, cami_kg.query.results, cami_kg.graph; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert {"rdflib", "pyshacl", "rich", "duckdb", "SPARQLWrapper", "urllib.request", "http.client"} & set(
        loaded.split()
    ) == set()


def project_files() -> Iterator[Path]:
    """Every text file of the project, generated ones aside."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        hidden = any(part == "__pycache__" or part.endswith("_cache") or part == ".hypothesis" for part in parts)
        if path.is_file() and parts[0] not in NO_PROJECT_FILES and not hidden and path != Path(__file__).resolve():
            yield path


def test_no_file_names_a_registry_or_a_machine() -> None:
    """The project builds anywhere: no file names a registry's host or a folder of one machine."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in project_files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if STRANGERS.search(line)
    ]

    assert found == []
