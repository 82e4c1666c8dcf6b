"""Queries that would mean something else on another engine are named before they do."""

from pathlib import Path

import pytest
from small_graph import RANGES, WORDS

from cami_kg.graph import Graph
from cami_kg.query.lint import advice, groups, problems, ties
from cami_kg.query.saved import SavedQuery


def saved(folder: Path, text: str) -> SavedQuery:
    """Write a query and read it."""
    (folder / "q.rq").write_text(text, encoding="utf-8")
    return SavedQuery.read(folder / "q.rq")


@pytest.mark.parametrize("text", [RANGES, WORDS])
def test_a_good_query_has_no_problems(tmp_path: Path, text: str) -> None:
    """Nothing is said about what is as it should be."""
    query = saved(tmp_path, text)

    assert ([], []) == (problems(query), advice(query))


ADDED = "  OPTIONAL { ?claim schema:startDate ?from }\n"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            ADDED,
            "  { ?claim cami:taxon ?species } UNION { ?claim cami:state ?state }\n",
            "A group uses ?species without",
        ),
        (ADDED, "  MINUS { ?claim cami:n ?n FILTER(?n = ?species) }\n", "A group uses ?species without"),
        (ADDED, "  VALUES ?species { species:saiga }\n", "VALUES ?species stands twice in one group."),
        (ADDED, "  MINUS {\n  VALUES ?presence { UNDEF }\n  ?claim cami:presence ?presence }\n", "UNDEF of ?presence"),
        ("<https://schema.org/>", "<http://schema.org/>", "PREFIX schema: is not as in ontology/prefixes.ttl."),
        ("PREFIX cami:", "PREFIX dwc: <http://rs.tdwg.org/dwc/terms/>\nPREFIX cami:", "PREFIX dwc: is not used."),
        ("PREFIX cami:", "PREFIX prov: <http://www.w3.org/ns/prov#>\nPREFIX cami:", "The PREFIX lines are not sorted."),
        ("SELECT ?species ?state ?presence ?from ?until", "SELECT *", "SELECT * hides"),
        ("SELECT ?species ?state ?presence ?from ?until", "SELECT DISTINCT *", "SELECT * hides"),
        ("?from ?until WHERE", "?from WHERE", "A query with asOf also selects ?until."),
        ("ORDER BY ?species ?state ?presence ?claim\n", "", "The rows have no ORDER BY."),
        ("ORDER BY ?species", "ORDER BY DESC(?from) ?species", "ORDER BY ?from orders dates; write STR(?from)."),
        ("STR(?from) <= STR(?asOf)", "?from <= ?asOf", "?from is compared as a date; compare STR(?from)."),
        (ADDED, "  { SELECT (SAMPLE(?s) AS ?any) { ?s a ?c } }\n", "SAMPLE differs between engines"),
        (ADDED, "  { SELECT (MIN(?d) AS ?m) { ?claim schema:startDate ?d } }\n", "MIN of ?d is that of dates"),
        (ADDED, "  SERVICE <http://127.0.0.1/> { ?claim ?p ?o }\n", "SERVICE is only for queries tagged federated."),
    ],
)
def test_each_rule_names_what_breaks_it(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """One change of a good query gives the sentence of that rule."""
    text = RANGES.replace(old, new, 1)
    assert text != RANGES

    assert any(found.startswith(problem) for found in problems(saved(tmp_path, text))), problem


def test_what_comes_from_outside_needs_no_line_of_its_own(tmp_path: Path) -> None:
    """OPTIONAL, EXISTS and the pattern of a MINUS share the rows around them; a subselect binds its own."""
    inside = (
        "  OPTIONAL { ?claim cami:taxon ?species FILTER(?species != ?claim) }\n"
        "  MINUS { ?other cami:taxon ?species }\n"
        "  {\n    SELECT ?species WHERE {\n      VALUES ?species { species:saiga }\n    }\n  }\n"
    )

    assert [] == problems(saved(tmp_path, RANGES.replace(ADDED, ADDED + inside)))


def test_not_exists_is_only_advised_against(tmp_path: Path) -> None:
    """It may be right over few rows."""
    query = saved(tmp_path, RANGES.replace(ADDED, ADDED + "  FILTER NOT EXISTS { ?claim cami:supersededBy ?s }\n"))

    assert [] == problems(query)
    assert ["FILTER NOT EXISTS is evaluated row by row; MINUS is faster over many rows."] == advice(query)


def test_groups_are_those_of_the_braces() -> None:
    """Each group knows what stands before it and around it; the rows of VALUES are none."""
    found = groups(
        "SELECT ?a WHERE { VALUES (?a ?b) { (1 2) } OPTIONAL { ?a ?b ?c } { SELECT ?d WHERE { ?d ?e ?f } } }"
    )

    assert ["", "WHERE", "OPTIONAL", "", "WHERE"] == [group.before for group in found]
    assert [False, True, False, False, True] == [group.is_pattern for group in found]


def test_ties_are_rows_that_the_order_does_not_tell_apart(small: Graph) -> None:
    """What orders the rows need not be selected."""
    pattern = "{ ?claim <https://w3id.org/cami/ns/state> ?state ; <https://w3id.org/cami/ns/presence> ?presence }"

    assert 2 == ties(small, f"SELECT ?state ?presence {pattern} ORDER BY ?state")
    assert 0 == ties(small, f"SELECT DISTINCT ?state ?presence {pattern} ORDER BY ?state STR(?claim)")
    assert 0 == ties(small, f"SELECT ?state ?presence {pattern} GROUP BY ?state ?presence ?claim ORDER BY ?claim")
