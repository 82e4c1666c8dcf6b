"""Queries and things are found by their words, in English and in Russian, the best first and with what to run next."""

import shlex

import pytest

from cami_kg.cli import run
from cami_kg.graph import Graph
from cami_kg.query import catalogue
from cami_kg.query.search import MOST, likeness, search, split


@pytest.mark.parametrize(
    ("words", "query", "thing"),
    [
        ("fences mongolian gazelle", "barriers --species mongolian-gazelle", "species:mongolian-gazelle"),
        ("who signed the saiga MOU?", "mou-signatories --instrument saiga-mou", "instrument:saiga-mou"),
        ("poaching", "measures-against-threat --threat poaching", "threat:poaching"),
        ("SAIGA TATARICA", None, "species:saiga"),
        ("argali red list", "red-list-status --species argali", "species:argali"),
        ("open proposals", "open-proposals", None),
        ("кто подписал меморандум о сайгаке", None, "instrument:saiga-mou"),
        ("угрозы сайгаку", "threats-of-species --species saiga", "species:saiga"),
        ("джейран", None, "species:goitered-gazelle"),
        ("Снежного барса", None, "species:snow-leopard"),
        ("преграды на пути кулана", "barriers --species asiatic-wild-ass", "species:asiatic-wild-ass"),
        ("saiga kazakhstan threats", "threats-of-species --species saiga --state KZ", "state:KZ"),
        ("railways saiga kazakhstan", "barriers --species saiga --state KZ", None),
    ],
)
def test_words_find_what_people_mean(real: Graph, words: str, query: str | None, thing: str | None) -> None:
    """Over the real graph the right query and thing are among the first three."""
    found = search(real, words)

    if query:
        assert f"cami query {query}" in [hit.command for hit in found.queries[:3]]
    if thing:
        assert thing in [hit.name for hit in found.things[:3]]


@pytest.mark.parametrize("words", ["dune hoppers", "барханного прыгуна", "барханные прыгуны", "BARKHAN: Dune-Hopper"])
def test_endings_and_case_do_not_count(miniature: Graph, words: str) -> None:
    """The species is found before the subspecies, whose name has a word more."""
    names = [hit.name for hit in search(miniature, words).things]

    assert "species:dune-hopper" == names[0]
    assert "species:pale-dune-hopper" in names


def test_labels_are_in_the_language_asked_for(miniature: Graph) -> None:
    """Whatever the language of the words."""
    hits = [search(miniature, "ridge cat", lang).things[0] for lang in ("en", "RU")]

    assert [("ridge cat", "cami show species:ridge-cat"), ("гребневой кот", "cami show species:ridge-cat")] == [
        (hit.text, hit.command) for hit in hits
    ]


def test_the_best_comes_first_and_there_are_not_too_many(real: Graph) -> None:
    """Scores fall, and what fits much worse than the best is left out."""
    found = search(real, "saiga threats in Kazakhstan")

    for hits in (found.queries, found.things):
        scores = [hit.score for hit in hits]
        assert sorted(scores, reverse=True) == scores
        assert 0 < len(hits) <= MOST
        assert scores[-1] > scores[0] / 3
    assert 2 == len(search(real, "saiga", most=2).things)


def test_claims_and_words_of_the_ontology_are_not_found(real: Graph) -> None:
    """What is found can be shown, and stands for something in the world."""
    for words in ("range statement saiga", "угроза", "assessment"):
        names = {hit.name.partition(":")[0] for hit in search(real, words).things}
        assert not names & {"cami", "range", "assessment", "threat-statement", "dwc", "skos"}


def test_every_command_that_is_named_can_be_run(real: Graph, capfd: pytest.CaptureFixture[str]) -> None:
    """Required parameters have a value, optional ones one that fits the words."""
    commands = [hit.command for word in ("saiga", "meeting", "name", "poaching") for hit in search(real, word).queries]

    assert len(set(commands)) > len(catalogue(real.home)) / 3
    for command in sorted(set(commands)):
        _, *arguments = shlex.split(command)
        assert 0 == run([*arguments, "--format", "csv"]), f"{command}: {capfd.readouterr().err}"


def test_nothing_fits_nothing(miniature: Graph) -> None:
    """No words, only small ones, and words that nobody uses."""
    for words in ("", " \n", "the of", "и в на", "xyzzyq", "?!", "\ud800"):
        found = search(miniature, words)
        assert ([], [], "") == (found.queries, found.things, str(found))


def test_words_are_alike_by_their_start() -> None:
    """A start fits, another ending fits; what only looks like it does not."""
    assert 1.0 == likeness("saiga", "saiga")
    for wanted, word in (
        ("fences", "fence"),
        ("mongol", "mongolian"),
        ("сайгака", "сайгак"),
        ("угрозы", "угроза"),
        ("gaz", "gazelle"),
    ):
        assert 0 < likeness(wanted, word) < 1, wanted
    for wanted, word in (("cat", "cattle"), ("state", "stage")):
        assert (likeness(wanted, word) > 0) == word.startswith(wanted)
    for wanted, word in (("ga", "gazelle"), ("barrier", "barley"), ("horse", "house"), ("gazelle", "gaz"), ("", "a")):
        assert 0 == likeness(wanted, word), wanted


def test_texts_are_split_into_words() -> None:
    """Cyrillic too; `ё` is read as `е`."""
    assert ("падеж", "в", "аренских", "песках", "no", "7") == split("Падёж в Аренских песках (No. 7)")


def test_the_command_line_prints_what_to_run_next(capfd: pytest.CaptureFixture[str]) -> None:
    """Queries first, then things, each with its command."""
    assert 0 == run(["query", "--search", "fences mongolian gazelle", "--lang", "ru"])
    out, err = capfd.readouterr()

    assert "    cami query barriers --species mongolian-gazelle\n" == out.splitlines(keepends=True)[1]
    assert "species:mongolian-gazelle  Дзерен\n    cami show species:mongolian-gazelle\n" in out
    assert "" == err


def test_the_command_line_says_where_nothing_was_found(capfd: pytest.CaptureFixture[str]) -> None:
    """That is no error; words without quotes are."""
    assert 0 == run(["query", "--search", "xyzzyq"])
    assert ("", "Nothing was found. Try fewer or other words; `cami query` lists all queries.\n") == capfd.readouterr()
    for arguments in (["--search", "fences", "mongolian"], ["species", "--search", "fences"]):
        assert 2 == run(["query", *arguments])
        assert "is not part of the words to search for. Write all words in quotes." in capfd.readouterr().err
