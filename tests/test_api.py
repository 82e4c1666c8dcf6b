"""`import cami_kg` gives the commands as methods, under the same names."""

import doctest
import subprocess
import sys
from pathlib import Path

import cami_kg

ROOT = Path(__file__).parent.parent


def test_the_example_of_the_package_is_true() -> None:
    """What `help(cami_kg)` shows can be typed in."""
    assert 0 == doctest.testmod(cami_kg).failed


def test_the_graph_answers_shows_and_counts(real: object) -> None:
    """Queries take values by name, one or several, and a date."""
    kg = cami_kg.load()

    answer = kg.query("range-states-of-species", species=["saiga", "argali"], as_of="2016-01-01")
    assert "2016-01-01" == str(answer.as_of)
    assert answer.rows
    assert "species:saiga" in str(kg.show("saiga"))
    assert len(kg) == kg.counts()["triples"]
    assert isinstance(kg, cami_kg.KnowledgeGraph)
    assert type(real).__name__ == "Graph"


def test_errors_are_of_two_kinds() -> None:
    """Wrong usage is a `UsageError`, which is a `CamiError`."""
    assert issubclass(cami_kg.UsageError, cami_kg.CamiError)
    assert (1, 2) == (cami_kg.CamiError.exit_code, cami_kg.UsageError.exit_code)


def test_all_that_is_promised_is_there() -> None:
    """`__all__` names what exists, the version included; anything else is an AttributeError."""
    assert all(hasattr(cami_kg, name) for name in cami_kg.__all__)
    assert not hasattr(cami_kg, "nonsense")


def test_importing_is_light() -> None:
    """Heavy libraries wait for the method that needs them."""
    program = "import sys, cami_kg; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)

    loaded = set(done.stdout.split())
    assert "cami_kg.graph" in loaded
    assert not {"rdflib", "pyshacl", "yaml", "click", "importlib.metadata"} & loaded
