"""Everything about one thing: its facts, the claims about it, what they rest on and where they differ."""

import pytest

from cami_kg.errors import UsageError
from cami_kg.graph import Graph
from cami_kg.query.layout import width
from cami_kg.show import Citation, show


def test_a_thing_is_shown_with_its_own_facts(small: Graph) -> None:
    """Labels of other languages say which; evidence stands apart from facts."""
    about = show(small, "dune-hopper").about

    assert ("dune hopper", "https://w3id.org/cami/id/species/dune-hopper") == (about.name, about.node.value)
    values = [value for _, texts in about.facts for value in texts]
    assert ["Saltator arenae", "sand hopper", "дюнный тушканчик (ru)"] == sorted(values)
    assert [Citation("source:old-book", "Old Book", "https://example.org/old")] == about.citations
    assert ["p. 7"] == about.locators


def test_claims_are_grouped_by_kind(small: Graph) -> None:
    """Each claim has its dates, evidence and facts, without repeating what it is about."""
    portrait = show(small, "dune-hopper")

    names = {kind: [claim.name for claim in claims] for kind, claims in portrait.claims.items()}
    ranges = ["range:dune-hopper-XA", "range:dune-hopper-XA-old-book", "range:dune-hopper-XB"]
    assert [["name:dune-hopper-synonym"], ranges] == sorted(names.values())
    first = next(claims for claims in portrait.claims.values() if len(claims) == 3)[0]
    assert ("2001-05", "", "high", ["table 2"]) == (first.since, first.until, first.confidence, first.locators)
    assert [["Arenia"], ["extant"]] == sorted(texts for _, texts in first.facts)


def test_disagreement_is_visible_on_both_sides(small: Graph) -> None:
    """A second claim, named after its source, differs from the first, and the first from it."""
    text = str(show(small, "dune-hopper"))

    assert "! differs from range:dune-hopper-XA-old-book" in text
    assert "! differs from range:dune-hopper-XA\n" in text


def test_superseded_claims_are_marked_and_end(small: Graph) -> None:
    """What was replaced says by what; it does not hold from then on."""
    now, before = show(small, "state:XB", "2020-02-03"), show(small, "state:XB", "2020-02-02")

    assert "! superseded by participation:hopper-mou-XB-late" in str(show(small, "state:XB"))
    found = [[claim.name for claims in portrait.claims.values() for claim in claims] for portrait in (before, now)]
    assert [["participation:hopper-mou-XB"], ["participation:hopper-mou-XB-late"]] == found
    assert (2, 2) == (before.left_out, now.left_out)
    assert "Claims that do not hold on 2020-02-03: 2" in str(now)


def test_other_things_that_name_it_are_listed(small: Graph) -> None:
    """A source shows the things and the claims that rest on it."""
    portrait = show(small, "source:old-book")

    assert [["dune hopper (species:dune-hopper)"]] == [things for _, things in portrait.mentions]
    assert 3 == sum(map(len, portrait.claims.values()))


def test_a_claim_can_be_shown_itself(small: Graph) -> None:
    """Its own dates, evidence and rivals are those of any claim."""
    portrait = show(small, "range:dune-hopper-XA")

    assert "range:dune-hopper-XA" == portrait.about.name
    assert ["https://w3id.org/cami/id/range/dune-hopper-XA-old-book"] == [o.value for o in portrait.about.differs_from]
    assert "2001-05" in str(portrait)
    assert {} == portrait.claims


def test_russian_labels_and_words(small: Graph) -> None:
    """The page speaks the language asked for."""
    text = str(show(small, "dune-hopper", lang="RU"))

    assert text.startswith("дюнный тушканчик  species:dune-hopper\n")
    assert "! расходится с " in text


def test_the_text_fits_the_terminal(small: Graph) -> None:
    """Lines are broken between words, with their start standing out."""
    lines = show(small, "dune-hopper").text(60).splitlines()

    assert max(map(width, lines)) <= 60


def test_an_ambiguous_or_unknown_name_is_explained(small: Graph) -> None:
    """Candidates are listed; a date that is none is named."""
    with pytest.raises(UsageError, match="may mean species:dune-hopper"):
        show(small, "sand hopper")
    with pytest.raises(UsageError, match=r"Nothing is called 'dune-hoper'\. Did you mean species:dune-hopper"):
        show(small, "dune-hoper")
    with pytest.raises(UsageError, match="'soon' is not a date"):
        show(small, "dune-hopper", "soon")


@pytest.mark.parametrize("thing", ["species:saiga", "instrument:cms", "state:KZ", "threat:poaching", "confidence:high"])
def test_real_things_have_a_page(real: Graph, thing: str) -> None:
    """Whatever the kind, there is a page with claims or mentions."""
    portrait = show(real, thing)

    assert portrait.claims or portrait.mentions
    assert str(portrait).startswith(portrait.about.name)
