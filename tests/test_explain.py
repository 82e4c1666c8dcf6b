"""An empty answer says which value, let go, brings rows, which values would, and what was looked for and not found."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from cami_kg.cli import run
from cami_kg.graph import Graph
from cami_kg.query import ask, catalogue
from cami_kg.query import run as ask_file
from cami_kg.query.explain import MOST, explain, explain_elsewhere
from cami_kg.query.names import short
from cami_kg.query.results import FORMATS, Answer, is_empty, render
from cami_kg.query.saved import SavedQuery


def test_an_optional_value_let_go_brings_rows(miniature: Graph) -> None:
    """The cat is in two States, though in none as a vagrant; only the hopper is that."""
    answer = ask(miniature, "range-states-of-species", {"species": "ridge-cat", "presence": "vagrant"}, "2020")
    found = explain(answer)

    assert [("presence", 2), ("species", 1)] == [(one.parameter.name, one.rows) for one in found.releases]
    values = [(short(value.term), value.label, value.rows) for value in found.releases[0].values]
    assert [("presence:extant", "extant", 1), ("presence:uncertain", "uncertain", 1)] == values
    assert ["presence:vagrant"] == [short(term) for term in found.releases[0].given if isinstance(term, ox.NamedNode)]


def test_a_required_value_let_go_may_be_any_of_its_kind(miniature: Graph) -> None:
    """No threat to the crane is known, but there are some to four other taxa; labels are in the language asked for."""
    found = explain(ask(miniature, "threats-of-species", {"species": "reed-crane"}), lang="ru")

    (release,) = found.releases
    taxa = ["species:dune-hopper", "species:salt-deer", "species:pale-dune-hopper", "species:ridge-cat"]
    assert (11, taxa, 0) == (release.rows, [short(value.term) for value in release.values], release.others)
    assert "барханный прыгун" == release.values[0].label
    assert release.rows == sum(value.rows for value in release.values)


def test_every_value_that_is_named_does_bring_that_many_rows(miniature: Graph) -> None:
    """Whoever follows the advice gets what it promised."""
    given = {"species": "ridge-cat", "appendix": "cms-i"}
    found = explain(ask(miniature, "listings-in-force", given, "2020"))

    assert {"species", "appendix"} == {release.parameter.name for release in found.releases}
    for release in found.releases:
        for value in release.values:
            tried = given | {release.parameter.name: short(value.term)}
            assert value.rows == len(ask(miniature, "listings-in-force", tried, "2020").rows)


def test_at_most_five_values_are_named(miniature: Graph, tmp_path: Path) -> None:
    """The rest is counted."""
    path = tmp_path / "q.rq"
    path.write_text(
        "#+ summary: One State.\n#+ params: {state: cami:State, code: xsd:string}\n\n"
        "SELECT ?state ?code WHERE {\n  VALUES ?state { UNDEF }\n  VALUES ?code { UNDEF }\n"
        "  ?state a <https://w3id.org/cami/ns/State> ; <http://rs.tdwg.org/dwc/terms/countryCode> ?code .\n"
        '  FILTER(?code != "XA")\n}\nORDER BY ?state\n'
    )
    found = explain(ask_file(miniature, SavedQuery.read(path), {"state": "XA"}))

    (release,) = found.releases
    assert (MOST, 5, 0) == (len(release.values), release.rows, release.others)
    path.write_text(
        "#+ summary: Things.\n#+ params: {thing: dwc:Taxon}\n\n"
        "SELECT ?thing WHERE {\n  VALUES ?thing { UNDEF }\n"
        "  ?thing a <https://w3id.org/cami/ns/Source> .\n}\nORDER BY ?thing\n"
    )
    (release,) = explain(ask_file(miniature, SavedQuery.read(path), {"thing": "ridge-cat"})).releases
    assert (MOST, release.rows) == (len(release.values), release.others + MOST)


def test_another_date_is_one_on_which_there_are_rows(miniature: Graph) -> None:
    """Before the MOU was signed the first day after is named, and that day has its rows."""
    found = explain(ask(miniature, "mou-signatories", {"instrument": "dune-hopper-mou"}, "1980"))

    (release,) = found.releases
    (day,) = release.values
    assert ("asOf", "2005-11-30") == (release.parameter.name, day.term.value)
    then = ask(miniature, "mou-signatories", {"instrument": "dune-hopper-mou"}, day.term.value)
    assert day.rows == len(then.rows) > 0
    assert "On other dates: 4 rows, such as --as-of 2005-11-30." == str(found)


def test_what_was_looked_for_and_not_found_is_said_with_its_source(miniature: Graph) -> None:
    """Where the Appendix was given too, only the search there counts; else all searches for the species."""
    given = {"species": "ridge-cat", "appendix": "cms-i"}
    (search,) = explain(ask(miniature, "listings-in-force", given, "2020")).searches
    papers = "Papers of the Conferences of the Parties (source:cop-papers)"
    expected = ("none-found:ridge-cat-cms-i", "ridge cat", "CMS Appendix I", "2025", [papers])
    assert expected == (short(search.claim), search.subject, search.sought_in, search.date, search.sources)

    searches = explain(ask(miniature, "barriers", {"species": "ridge-cat", "state": "XD"})).searches
    assert ["CMS Appendix I", "CMS Appendix II", "Dune Base"] == [search.sought_in for search in searches]


def test_where_nothing_helps_that_is_said(miniature: Graph) -> None:
    """Two values that both fail, a word that must be given, and no value at all."""
    both = explain(ask(miniature, "barriers", {"species": "reed-crane", "state": "XD"}))
    assert "Another value for --species or --state alone brings no rows either." == str(both)

    word = explain(ask(miniature, "species-by-name", {"name": "unicorn"}))
    assert ([], [], [], "") == (word.tried, word.releases, word.searches, str(word))


def test_an_answer_with_rows_needs_no_explanation(miniature: Graph) -> None:
    """Nothing is asked again, and nothing said."""
    found = explain(ask(miniature, "barriers"))

    assert ([], [], "") == (found.tried, found.releases, str(found))


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_no_rows_are_seen_in_every_format(miniature: Graph, tmp_path: Path, form: str) -> None:
    """The text of an answer tells whether it is empty; one row with nothing in it is a row."""
    path = tmp_path / "q.rq"
    for body, empty in (("?a ?b ?a", True), ("", False), ('VALUES ?a { "x" }', False)):
        path.write_text(f"SELECT ?a WHERE {{ {body} }}".replace("?a ?b ?a", "?a <urn:none> ?b"))
        answer = ask_file(miniature, SavedQuery.read(path))
        assert empty == is_empty(render(answer, form), form)

    path.write_text("ASK { ?a <urn:none> ?b }")
    assert not is_empty(render(ask_file(miniature, SavedQuery.read(path)), form), form)


def test_made_triples_may_be_none(miniature: Graph, tmp_path: Path) -> None:
    """A CONSTRUCT that finds nothing is an empty answer too."""
    path = tmp_path / "q.rq"
    for target, empty in (("urn:none", True), ("https://w3id.org/cami/ns/State", False)):
        path.write_text(f"CONSTRUCT WHERE {{ ?a a <{target}> }}")
        assert empty == is_empty(render(ask_file(miniature, SavedQuery.read(path)), "ttl"), "ttl")


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"ttl"}))
def test_the_command_line_explains_on_stderr(form: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever the format, stdout keeps its form, and the exit code is 0."""
    arguments = ["query", "listings-in-force", "--species", "mongolian-gazelle", "--appendix", "cites-ii"]
    assert 0 == run([*arguments, "--as-of", "2020-01-01", "--format", form])
    out, err = capfd.readouterr()

    assert err.startswith("No rows.\nWithout --species species:mongolian-gazelle: ")
    assert "Looked for and not found: Mongolian gazelle in " in err
    assert "Without --species" not in out


def test_of_an_empty_answer_from_elsewhere_the_graph_here_says_what_it_has(miniature: Graph) -> None:
    """The rows that it has, or why it has none either."""

    class Elsewhere(Answer):
        def _run(self) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
            return Graph(ox.Store(), {}, self.graph.home).select(self.sparql)

    for given, said in (
        ({"species": "ridge-cat"}, "The graph here has {} rows for this question."),
        ({"species": "ridge-cat", "presence": "vagrant"}, "The graph here has none either.\nWithout --presence "),
    ):
        here = ask(miniature, "range-states-of-species", given, "2020")
        there = Elsewhere(miniature, here.query, here.sparql, here.as_of, here.bound)
        assert [] == there.rows
        assert explain_elsewhere(there).startswith(said.format(len(here.rows)))


def test_every_query_can_be_explained(miniature: Graph) -> None:
    """Letting go works for every parameter that a saved query has, alone and among others."""
    words = {"dwc:Taxon": "reed-crane", "cami:State": "XF", "xsd:date": "1800-01-01", "xsd:string": "unicorn"}
    for query in catalogue(miniature.home):
        given = {name: words[p.kind] for name, p in query.params.items() if p.kind in words}
        if all(parameter.name in given for parameter in query.params.values() if parameter.required):
            for release in explain(ask_file(miniature, query, given)).releases:
                assert release.rows > 0, f"{query.name}: {release.parameter.name}"
