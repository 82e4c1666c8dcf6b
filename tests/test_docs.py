"""The documents say what is true: each command they show runs, and prints what they show."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> list:
    """Every `$ cami …` command of the documents, with the lines shown below it."""
    found = []
    for document in DOCUMENTS:
        for block in EXAMPLE.findall(document.read_text(encoding="utf-8")):
            for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *output = shown.rstrip("\n").split("\n")
                if command.startswith("cami "):
                    found.append(pytest.param(command, output, id=f"{document.name}: {command}"))
    return found


def cami(*arguments: str) -> subprocess.CompletedProcess:
    """Run the command line as a user does, on a terminal of 120 columns."""
    return subprocess.run(
        [sys.executable, "-c", "from cami_kg.cli import main; main()", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"COLUMNS": "120", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
    )


@pytest.mark.parametrize(("command", "shown"), examples())
def test_each_command_of_the_documents_prints_what_they_show(command, shown, tmp_path):
    """A line `…` stands for lines left out; all others appear in this order, word for word."""
    arguments = [str(tmp_path / "dist") if word == "dist" else word for word in shlex.split(command, comments=True)[1:]]

    ran = cami(*arguments)

    printed = iter(line.rstrip() for line in [*ran.stdout.splitlines(), *ran.stderr.splitlines()])
    missing = [line for line in shown if line.strip() != "…" and line.rstrip() not in printed]
    assert missing == [], f"{command} (exit {ran.returncode}) prints\n{ran.stdout}{ran.stderr}\nMend the document."


def test_the_python_example_of_the_readme_holds(monkeypatch):
    """The `>>>` lines of README run, with the results shown."""
    import doctest

    monkeypatch.chdir(ROOT)
    text = "\n".join(PYTHON.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    test = doctest.DocTestParser().get_doctest(text, {}, "README", "README.md", 0)
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)

    assert result.attempted > 0, "README shows no Python."
    assert result.failed == 0


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_path_that_a_document_names_exists(document):
    """Links to files of the project, and paths in backticks that begin with one of its folders, are there."""
    text = document.read_text(encoding="utf-8")
    folders = "ontology|data|queries|cami_kg|tests|docs|benchmarks|web"
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", text)
    named += re.findall(r"\]\(([^)#:]+)\)", text)

    assert [name for name in named if not (ROOT / name).exists() and not (document.parent / name).exists()] == []
