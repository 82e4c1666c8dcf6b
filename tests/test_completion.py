"""The Tab key: what the shells are told for an unfinished line, by the protocol that they speak."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cami_kg.graph import Graph
from cami_kg.publish import PARTS
from cami_kg.query.names import find, label, slug, things
from cami_kg.query.results import FORMATS

ROOT = Path(__file__).parent.parent
PROGRAM = "import sys; from cami_kg.cli import main; sys.exit(main())"


def told(line: str, shell: str = "bash") -> list[str]:
    """Return the lines that a shell gets for a line with the cursor at its end."""
    words = line.split(" ")
    position = words[-1] if shell == "fish" else str(len(words) - 1)
    variables = {"COMP_WORDS": line, "COMP_CWORD": position, "_CAMI_COMPLETE": f"{shell}_complete"}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, encoding="utf-8", env=environment
    )
    assert (0, "") == (done.returncode, done.stderr), line
    return done.stdout.split("\n")


def offered(line: str) -> list[str]:
    """Return the words that are offered in bash."""
    return [one.removeprefix("plain,") for one in told(line) if one]


def test_names_of_queries_are_those_of_their_files() -> None:
    """All of them, or those that begin so."""
    names = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))

    assert names == offered("cami query ")
    assert [name for name in names if name.startswith("range")] == offered("cami query range")


def test_the_parameters_of_the_query_are_options() -> None:
    """After the name also where no dash is typed; those of another query are not offered."""
    assert {"--species", "--format"} <= set(offered("cami query range-states-of-species "))
    assert ["--species"] == offered("cami query range-states-of-species --sp")
    assert [] == offered("cami query instruments --sp")


def test_values_are_slugs_that_are_taken(real: Graph) -> None:
    """Of a class and of a scheme; each finds its thing."""
    for line, kind in (
        ("cami query range-states-of-species --species ", "dwc:Taxon"),
        ("cami query range-states-of-species --species saiga --presence ", "scheme:presence"),
    ):
        words = offered(line)
        assert sorted(slug(thing) for thing in things(real, kind).values()) == words
        for word in words:
            assert word == slug(find(real, kind, word))


def test_labels_stand_beside_values_where_the_shell_shows_them(real: Graph) -> None:
    """In zsh below, in fish behind a tab; in the language that the line asks for."""
    saiga = find(real, "dwc:Taxon", "saiga")
    line = "query range-states-of-species --species saig"

    assert ["plain", "saiga", label(real, saiga), ""] == told(f"cami {line}", "zsh")
    assert [f"plain,saiga\t{label(real, saiga)}", ""] == told(f"cami {line}", "fish")
    assert [f"plain,saiga\t{label(real, saiga, 'ru')}", ""] == told(f"cami query --lang ru{line[5:]}", "fish")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cami query species --format ", list(FORMATS)),
        ("cami query species --cite ", ["text", "bibtex", "csl"]),
        ("cami query species --lang ", ["en", "ru"]),
        ("cami new ", ["species", "instrument", "source", "query"]),
        ("cami publish --only ", list(PARTS)),
        ("cami check --format ", ["text", "json", "sarif", "md"]),
    ],
)
def test_words_of_a_list_are_offered(line: str, words: list[str]) -> None:
    """Those that are taken there, in their order."""
    assert words == offered(line)


def test_things_to_show_are_offered_by_the_name_that_finds_them(real: Graph) -> None:
    """By slug, and claims by CURIE only, as they are many."""
    words = offered("cami show sai")

    assert "saiga" in words
    assert all(word == slug(find(real, "rdfs:Resource", word)) for word in words if ":" not in word)
    assert [] == offered("cami show saiga-KZ")
    assert ["range:saiga-KZ"] == [word for word in offered("cami show range:saiga-K") if word.endswith("-KZ")]


@pytest.mark.parametrize("line", ["cami check da", "cami format da", "cami query species --output da"])
def test_files_are_left_to_the_shell(line: str) -> None:
    """It knows them best."""
    assert ["file,da"] == offered(line)


@pytest.mark.parametrize(
    "line",
    [
        "cami query no-such-query --species ",
        "cami query --file nowhere.rq ",
        "cami query --file nowhere.rq --species ",
        "cami query species --nonsense ",
        "cami nonsense ",
        "cami query range-states-of-species --species 'un",
        "cami query range-states-of-species --as-of ",
        "cami query --endpoint",
    ],
)
def test_an_unfinished_or_wrong_line_is_no_error(line: str) -> None:
    """At most there is nothing to offer; `told` holds that nothing is said on stderr."""
    for shell in ("bash", "zsh"):
        told(line, shell)


def test_bash_completes(tmp_path: Path) -> None:
    """The script that bash reads, in a real bash, with a command of this name on the path."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    command = tmp_path / "cami"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{PROGRAM}" "$@"\n')
    command.chmod(0o755)
    script = """
eval "$(_CAMI_COMPLETE=bash_source cami)"
complete -p cami
COMP_WORDS=(cami query range-states-of-species --species saig) COMP_CWORD=4
_cami_completion cami
echo "${COMPREPLY[@]}"
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run([bash, "--norc", "-c", script], capture_output=True, text=True, env=environment)

    assert ("complete -o nosort -F _cami_completion cami\nsaiga\n", "") == (done.stdout, done.stderr)
