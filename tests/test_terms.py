"""Terms: IRIs, short names and the one prefix table."""

from __future__ import annotations

import pytest

from cami_kg import terms
from cami_kg.errors import UsageError


def test_short_names_and_iris_are_two_ways_to_say_the_same() -> None:
    """Every prefix of the table leads from a short name to its IRI and back."""
    names = [f"{prefix}:x-1" for prefix in terms.prefixes()]

    assert [terms.curie(terms.expand(name)) for name in names] == names


@pytest.mark.parametrize(
    "iri",
    ["https://example.org/x", terms.ID + "species/", terms.ID + "species/a(b)", terms.ID + "species/é", "urn:x", ""],
)
def test_what_has_no_short_name_has_none(iri: str) -> None:
    """An IRI outside the table, or one that would need an escape, has no short name."""
    assert terms.curie(iri) is None


def test_an_unknown_prefix_gets_the_nearest() -> None:
    """A misspelt prefix is answered with the nearest right one."""
    with pytest.raises(UsageError, match=r"specis: is not known\. Did you mean species:\?"):
        terms.expand("specis:saiga")


def test_a_name_without_colon_is_refused() -> None:
    """A word without a prefix is no short name."""
    with pytest.raises(UsageError, match="'saiga' is not a short name"):
        terms.expand("saiga")


@pytest.mark.parametrize(
    ("slug", "fits"),
    [("saiga", True), ("saiga-KZ", True), ("5.1.1", True), ("-a", False), ("a--b", False), ("a_b", False), ("", False)],
)
def test_slugs_are_words_with_single_hyphens_or_dots(slug: str, fits: bool) -> None:
    """A slug is letters and digits with single hyphens or dots between."""
    assert bool(terms.SLUG.fullmatch(slug)) is fits


def test_a_graph_is_named_after_folder_and_file() -> None:
    """The named graph of a file has its folder and name."""
    assert terms.graph_iri("species", "saiga") == "https://w3id.org/cami/graph/species/saiga"
