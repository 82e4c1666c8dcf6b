"""Home: the packaged copy of a wheel, or the checkout around the package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cami_kg.home import Home, home

PACKAGE = Path(__file__).resolve().parent.parent / "cami_kg"
ASK = "from cami_kg.home import home; found = home(); print(found.root, found.editable)"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of the package's modules in a folder of its own, without a graph."""
    copy = tmp_path / "cami_kg"
    copy.mkdir()
    for name in ("__init__.py", "errors.py", "graph.py", "home.py", "terms.py"):
        shutil.copy(PACKAGE / name, copy)
    return copy


def asked(installed: Path, code: str = ASK) -> str:
    """What Python says in the folder of the copy."""
    environment = os.environ | {"PYTHONPATH": str(installed.parent)}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=installed.parent, env=environment, capture_output=True, text=True, check=False)
    return (ran.stdout + ran.stderr).strip()


def test_a_checkout_is_used_in_place() -> None:
    """Without a packaged copy, the graph is that of the checkout around the package, and may be edited."""
    assert home() == Home(PACKAGE.parent, editable=True)


def test_a_wheel_uses_its_packaged_copy(installed: Path) -> None:
    """An installed wheel reads the copy inside the package, which nobody edits."""
    (installed / "_home" / "ontology").mkdir(parents=True)
    (installed / "_home" / "ontology" / "prefixes.ttl").touch()

    assert asked(installed) == f"{installed / '_home'} False"


def test_a_package_without_a_graph_says_what_to_do(installed: Path) -> None:
    """Where there is neither, the error says what was expected where, and what to do."""
    complaint = asked(installed).splitlines()[-1]

    assert f"The graph was expected in {installed.parent}, but ontology/prefixes.ttl is not there." in complaint
    assert complaint.endswith("Install the cami-kg wheel again, or run from a complete checkout.")
