"""A release carries the answers of the saved queries, asked for a day that is the same on every machine."""

import csv
import io
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from itertools import groupby

import pytest

from cami_kg.errors import UsageError
from cami_kg.graph import load
from cami_kg.home import Home
from cami_kg.publish import publish
from cami_kg.query import catalogue
from cami_kg.query.day import release_date

ISSUED = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX source: <https://w3id.org/cami/id/source/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

source:a dcterms:issued "2019-03-04"^^xsd:date , "2018-12-31"^^xsd:date , "2021"^^xsd:gYear , "2020-13-45"^^xsd:date .
"""


@pytest.fixture(scope="module")
def answers(published):
    """Publish the answers over the miniature."""
    return published("answers")


@pytest.fixture(scope="module")
def index(answers):
    """Read the index of the answers."""
    return json.loads((answers / "index.json").read_bytes())


def test_every_saved_query_is_answered(miniature, index):
    """But for those that ask other endpoints."""
    names = [query.name for query in catalogue(miniature.home) if "federated" not in query.tags]

    assert [entry["name"] for entry in index] == names


def claims(header, rows):
    """How many lines people read: neighbours that differ only in their source are one."""
    if "source" not in header:
        return len(rows)
    place = header.index("source")
    return len(list(groupby(rows, lambda row: row[:place] + row[place + 1 :])))


def test_an_answer_is_a_table_for_machines_and_one_for_people(answers, index):
    """CSV and Markdown; the index says which columns and how many rows they have."""
    for entry in index:
        machines, people = (answers / file for file in entry["files"])
        header, *rows = csv.reader(io.StringIO(machines.read_bytes().decode(), newline=""))

        assert (header, len(rows)) == (entry["columns"], entry["rows"])
        assert people.read_text(encoding="utf-8").count("\n") == 2 + claims(header, rows)


def test_the_index_says_what_was_asked(miniature, index):
    """The example of each required parameter as the query has it, and the day where it has one."""
    for entry, query in zip(index, catalogue(miniature.home), strict=True):
        examples = {name: param.example for name, param in query.params.items() if param.required}

        assert (entry["query"], entry["summary"], entry["values"]) == (query.iri, query.summary, examples)
        assert entry.get("asOf") == ("2016-01-01" if "asOf" in query.params else None)


def test_the_day_is_asked_for(miniature, tmp_path):
    """What holds today did not hold before the Convention was written."""
    rows = {}
    for year in (1970, 2024):
        publish(miniature, tmp_path / "dist", only=["answers"], as_of=date(year, 1, 1))
        index = json.loads((tmp_path / "dist" / "answers" / "index.json").read_bytes())
        rows[year] = {entry["name"]: entry["rows"] for entry in index}["listings-in-force"]

    assert rows[1970] < rows[2024]


def test_a_release_speaks_of_the_day_of_source_date_epoch(miniature, monkeypatch):
    """In UTC; anything but a number of seconds is refused."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1451606400")

    assert release_date(miniature) == date(2016, 1, 1)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        release_date(miniature)


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_else_it_speaks_of_the_day_of_the_last_commit(miniature, tmp_path, monkeypatch):
    """In UTC, wherever it was committed."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-02-29T23:30:00-05:00")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "--quiet"], [*author, "commit", "--quiet", "--allow-empty", "--message", "First"]):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)

    assert release_date(replace(miniature, home=Home(tmp_path, editable=True))) == date(2020, 3, 1)


def test_else_it_speaks_of_the_newest_day_of_a_source(tmp_path, monkeypatch):
    """Years, and what is no date, do not count."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "one.ttl").write_text(ISSUED)

    assert release_date(replace(load(tmp_path), home=Home(tmp_path, editable=False))) == date(2019, 3, 4)
