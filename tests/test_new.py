"""Scaffolds land in the right place, in form, and never on top of something."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph
from cami_kg.home import Home
from cami_kg.new import KINDS, new, slug_of
from cami_kg.query.lint import problems
from cami_kg.query.saved import SavedQuery
from cami_kg.turtle import format_text


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Snow goat", "snow-goat"),
        ("Menzbier's  marmot", "menzbiers-marmot"),
        ("Resolution 11.24 (Rev.)", "resolution-11.24-rev"),
        ("Przewalskiâ horse", "przewalskia-horse"),
        ("сайгак", ""),
        ("../../etc", "etc"),
    ],
)
def test_slugs_are_words_of_the_english_name(name: str, slug: str) -> None:
    """Accents, marks and paths leave nothing but letters, digits and hyphens."""
    assert slug == slug_of(name)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "query"])
def test_a_scaffold_is_canonical_turtle_of_its_kind(small: Graph, kind: str) -> None:
    """It parses, is in form, holds only what is known, and says what to do next."""
    path, advice = new(kind, 'Snow "goat" \\', small.home)
    text = path.read_text(encoding="utf-8")

    assert small.home.data / kind / "snow-goat.ttl" == path
    assert format_text(text, path) == text
    triples = list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    assert {f"https://w3id.org/cami/id/{kind}/snow-goat"} == {triple.subject.value for triple in triples}
    assert 'Snow "goat" \\' in {getattr(triple.object, "value", "") for triple in triples}
    assert "Run cami check; it names what is still missing." in advice


def test_a_source_joins_its_family(small: Graph) -> None:
    """Where a word of the name is a family, the stanza is added to its file, and the others stay."""
    path, _ = new("source", "Second book of dunes", small.home)
    text = path.read_text(encoding="utf-8")

    assert "book.ttl" == path.name
    assert "source:second-book-of-dunes" in text
    assert "source:old-book" in text


def test_a_query_runs_and_keeps_the_rules(small: Graph) -> None:
    """The scaffold of a query is a query: its header is read, and the lint has nothing to say."""
    path, advice = new("query", "goats-of-state", small.home)
    query = SavedQuery.read(path)

    assert ("goats-of-state", "Goats of state.") == (query.name, query.summary)
    assert [] == problems(query)
    assert "tests/query/goats-of-state.yaml" in advice


@pytest.mark.parametrize("kind", list(KINDS))
def test_nothing_is_overwritten(small: Graph, kind: str) -> None:
    """A second scaffold of the same name is refused, and the first stays as it is."""
    path, _ = new(kind, "Snow goat", small.home)
    before = path.read_bytes()

    with pytest.raises(CamiError, match=r"is there already\. Give another name"):
        new(kind, "snow goat", small.home)
    assert before == path.read_bytes()


def test_what_cannot_be_started_is_explained(small: Graph, tmp_path: Path) -> None:
    """An unknown kind, a name without Latin letters, and an installed graph are one sentence each."""
    for kind, name, home, complaint in (
        ("specie", "x", small.home, "'specie' is no kind of thing to start. Choose species, instrument, source, query"),
        ("species", "снежный козёл", small.home, "Give the English name."),
        ("species", "a\ud800", small.home, "is not text"),
        ("species", "x", Home(tmp_path, editable=False), "Clone the repository"),
    ):
        with pytest.raises(UsageError) as caught:
            new(kind, name, home)
        assert complaint in str(caught.value)


def test_the_query_scaffold_answers(real: Graph, small: Graph) -> None:
    """Its example finds something in the real graph."""
    from cami_kg.query import run

    query = SavedQuery.read(new("query", "What is new?", small.home).path)

    assert "What is new." == query.summary
    assert 1 == len(run(real, query, {"species": "saiga"}).rows)
