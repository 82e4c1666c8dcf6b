"""The law on a day: cases of the research tables, asked of the real graph through the saved queries."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from cami_kg.graph import Graph
from cami_kg.query import ask
from cami_kg.query.names import short


def answer(graph: Graph, name: str, day: str, columns: str, **values: str) -> set[tuple[str, ...]]:
    """Return some columns of an answer for a day: things by the last part of their name, nothing as an empty text."""
    found = ask(graph, name, values, day)
    places = [found.columns.index(column) for column in columns.split()]
    return {tuple(plain(row[place]) for place in places) for row in found.rows}


def plain(cell: object) -> str:
    """Return a cell as text."""
    if isinstance(cell, ox.NamedNode):
        return short(cell).partition(":")[2]
    return cell.value if isinstance(cell, ox.Literal) else ""


def one(found: set[tuple[str, ...]]) -> set[str]:
    """Return the cells of an answer of one column."""
    return {cell for (cell,) in found}


@pytest.mark.parametrize(
    ("state", "day", "number"),
    [
        ("KG", "2014-04-30", ""),
        ("KG", "2014-05-01", "120"),
        ("AF", "2015-07-31", ""),
        ("AF", "2015-08-01", "121"),
        ("KZ", "2006-04-30", ""),
        ("KZ", "2006-05-01", "097"),
        ("TM", "2016-01-01", "AM"),
        ("TM", "2020-12-31", "AM"),
        ("TM", "2021-12-31", "132"),
        ("BT", "2026-01-01", ""),
        ("RU", "2026-01-01", "AM"),
    ],
)
def test_a_state_is_a_party_from_the_day_on_which_it_joined(real: Graph, state: str, day: str, number: str) -> None:
    """Party numbers and days of entry into force are those of range_states and range_state_party_dates."""
    found = dict(answer(real, "range-states", day, "state partyNumber"))

    assert number == found[state]
    assert 14 == len(found), "All 14 are Range States of the initiative, joined or not."


@pytest.mark.parametrize(("day", "joined"), [("2014-04-30", "not a Party"), ("2014-05-01", "Party")])
def test_a_species_has_one_range_state_more_when_kyrgyzstan_joins(real: Graph, day: str, joined: str) -> None:
    """Kyrgyzstan has the snow leopard (species_states) and is bound from its day in range_state_party_dates."""
    parties = dict(answer(real, "parties-and-non-parties", day, "state party", species="snow-leopard"))

    assert (joined, "Party", "not a Party") == (parties["KG"], parties["MN"], parties["CN"])


@pytest.mark.parametrize(
    ("day", "signatories"),
    [
        ("2006-09-23", set()),
        ("2006-09-24", {"TM", "UZ", "KZ"}),
        ("2009-06-23", {"TM", "UZ", "KZ"}),
        ("2009-06-24", {"TM", "UZ", "KZ", "RU"}),
        ("2010-09-09", {"TM", "UZ", "KZ", "RU"}),
        ("2010-09-10", {"TM", "UZ", "KZ", "RU", "MN"}),
    ],
)
def test_the_saiga_memorandum_counts_from_its_third_signature(real: Graph, day: str, signatories: set[str]) -> None:
    """Days are those of mou_signatories: two had signed when Kazakhstan's signature brought it into effect."""
    found = answer(real, "mou-signatories", day, "participant role", instrument="saiga-mou")

    assert signatories == {who for who, role in found if role == "signatory"}


@pytest.mark.parametrize(
    ("species", "appendix", "before", "after"),
    [
        ("persian-leopard", "cms-ii", "2018-01-25", "2018-01-26"),
        ("przewalskis-horse", "cms-i", "2018-01-25", "2018-01-26"),
        ("gobi-bear", "cms-i", "2018-01-25", "2018-01-26"),
        ("argali", "cms-ii", "2012-02-22", "2012-02-23"),
        ("snow-leopard", "cms-i", "1986-01-23", "1986-01-24"),
        ("urial", "cms-ii", "2020-05-21", "2020-05-22"),
        ("saiga", "cites-ii", "1995-02-15", "1995-02-16"),
        ("saiga", "cms-ii", "2002-12-22", "2002-12-23"),
    ],
)
def test_a_species_is_listed_from_the_day_of_effect(
    real: Graph, species: str, appendix: str, before: str, after: str
) -> None:
    """Days are those of taxon_lists, column in_force_date."""
    listed = [one(answer(real, "listings-in-force", day, "appendix", species=species)) for day in (before, after)]

    assert [False, True] == [appendix in found for found in listed]


def test_a_listing_without_a_day_of_effect_counts_from_its_adoption(real: Graph) -> None:
    """The Eurasian lynx and Pallas's cat: taxon_lists gives 2024-02-17 as decision_date and no in_force_date."""
    for species in ("eurasian-lynx", "pallas-cat"):
        before = answer(real, "listings-in-force", "2024-02-16", "appendix", species=species)
        after = answer(real, "listings-in-force", "2024-02-17", "appendix", species=species)

        assert (False, True) == (("cms-ii",) in before, ("cms-ii",) in after)


@pytest.mark.parametrize(
    ("species", "day", "appendices"),
    [
        ("tibetan-antelope", "1975-06-30", set()),
        ("tibetan-antelope", "1979-06-27", {"cites-ii"}),
        ("tibetan-antelope", "1979-06-29", {"cites-i"}),
        ("tibetan-antelope", "2026-01-01", {"cites-i"}),
        ("wild-camel", "1979-06-27", {"cites-i"}),
        ("wild-camel", "1979-06-28", set()),
        ("mongolian-saiga", "1979-06-27", {"cites-i"}),
        ("mongolian-saiga", "1979-06-28", set()),
        ("mongolian-saiga", "1995-02-16", {"cites-ii"}),
    ],
)
def test_a_listing_ends(real: Graph, species: str, day: str, appendices: set[str]) -> None:
    """Ends are those of taxon_lists, column valid_to; on the day of a deletion the species is off the Appendix."""
    found = answer(real, "listings-in-force", day, "appendix", species=species)

    assert appendices == {appendix for (appendix,) in found if appendix.startswith("cites")}


@pytest.mark.parametrize(
    ("species", "day", "category"),
    [
        ("saiga", "2001-12-31", "vu"),
        ("saiga", "2010-06-01", "cr"),
        ("saiga", "2022-12-31", "cr"),
        ("saiga", "2024-01-01", "nt"),
        ("snow-leopard", "2016-12-31", "en"),
        ("snow-leopard", "2018-01-01", "vu"),
        ("steppe-saiga", "2024-01-01", "cr"),
        ("mongolian-saiga", "2024-01-01", "en"),
        ("persian-leopard", "2024-01-01", "en"),
    ],
)
def test_a_red_list_category_stands_until_the_next(real: Graph, species: str, day: str, category: str) -> None:
    """Years are those of red_list, column year_published; an assessment of a whole species is not one of its part."""
    assert {category} == one(answer(real, "red-list-status", day, "category", species=species))


@pytest.mark.parametrize(
    ("older", "newer", "before", "during", "after"),
    [
        ("cms-res-11.24", "cms-res-11.24-rev-cop13", "2020-01-31", "2020-02-15", "2020-03-01"),
        ("cms-res-10.3", "cms-res-12.7", "2017-09-30", "2017-10-15", "2017-11-01"),
    ],
)
def test_a_revision_takes_the_place_of_a_resolution(
    real: Graph, older: str, newer: str, before: str, during: str, after: str
) -> None:
    """Months are those of instruments, date and superseded_by; in the month of the change the new text counts."""
    days = (before, during, after)
    found = [one(answer(real, "instruments-in-force", day, "instrument", kind="resolution")) for day in days]

    assert [{older}, {newer}, {newer}] == [names & {older, newer} for names in found]


def test_a_revision_that_was_only_planned_is_not_in_force(real: Graph) -> None:
    """instruments: of the revision of Resolution 11.24 planned for COP15 no adoption was seen."""
    found = one(answer(real, "instruments-in-force", "2026-11-25", "instrument", kind="resolution"))

    assert ("cms-res-11.24-rev-cop13" in found, "cms-res-11.24-rev-cop15" in found) == (True, False)


@pytest.mark.parametrize(
    ("day", "programmes"),
    [
        ("2014-10-31", set()),
        ("2016-06-01", {"pow-2014-2020"}),
        ("2022-06-01", {"pow-2021-2026"}),
        ("2026-06-01", {"pow-2021-2026", "pow-tashkent-2025"}),
        ("2027-06-01", {"pow-tashkent-2025"}),
    ],
)
def test_a_programme_of_work_runs_for_its_years(real: Graph, day: str, programmes: set[str]) -> None:
    """Years are those of instruments; in 2026 the programme endorsed in Tashkent stands beside the one before."""
    found = one(answer(real, "instruments-in-force", day, "instrument", kind="programme-of-work"))

    assert programmes == {name for name in found if name.startswith("pow-")}


FIRST = frozenset(
    (
        *("argali", "asiatic-cheetah", "asiatic-wild-ass", "bukhara-deer", "goitered-gazelle", "kiang"),
        *("mongolian-gazelle", "przewalskis-horse", "saiga", "snow-leopard", "wild-camel", "wild-yak"),
    )
)


@pytest.mark.parametrize(
    ("programme", "day", "species"),
    [
        ("pow-2014-2020", "2015-01-01", FIRST | {"tibetan-antelope"}),
        ("pow-2021-2026", "2020-06-01", FIRST | {"tibetan-antelope", "urial", "persian-leopard", "gobi-bear"}),
        (
            "pow-tashkent-2025",
            "2026-01-01",
            FIRST | {"urial", "persian-leopard", "gobi-bear", "eurasian-lynx", "pallas-cat"},
        ),
    ],
)
def test_the_initiative_lists_its_own_species(real: Graph, programme: str, day: str, species: set[str]) -> None:
    """Lists are those of cami_lists: of 2014, of 2020 and of 2025, the last with 17 species."""
    found = answer(real, "cami-species", day, "list species")

    assert species == {name for list_, name in found if list_ == programme}


def test_no_list_holds_a_species_before_its_day(real: Graph) -> None:
    """cami_lists: urial, Persian leopard and Gobi bear come with the list of 2020, lynx and Pallas's cat in 2025."""
    before = one(answer(real, "cami-species", "2019-12-31", "species"))

    assert set() == before & {"urial", "persian-leopard", "gobi-bear", "eurasian-lynx", "pallas-cat"}


def test_a_proposal_without_a_known_outcome_changes_nothing(real: Graph) -> None:
    """The Bukhara deer: taxon_lists says of its removal from Appendix I, put to COP15, that no outcome was seen."""
    open_ones = ask(real, "open-proposals")
    found = {
        tuple(plain(row[open_ones.columns.index(name)]) for name in ("species", "appendix", "change", "meeting"))
        for row in open_ones.rows
    }
    listed = one(answer(real, "listings-in-force", "2026-11-25", "appendix", species="bukhara-deer"))

    assert ("bukhara-deer", "cms-i", "deletion", "cms-cop15") in found
    assert {"cms-i", "cms-ii"} <= listed


@pytest.mark.parametrize(
    ("state", "day", "member"),
    [
        ("UZ", "1990-01-01", False),
        ("UZ", "1997-10-07", False),
        ("UZ", "1997-10-08", True),
        ("TJ", "2014-06-01", False),
        ("TJ", "2016-03-30", True),
        ("KG", "2007-07-01", False),
        ("KG", "2007-09-02", True),
        ("AF", "1985-10-01", False),
        ("AF", "1986-01-28", True),
    ],
)
def test_a_wrong_date_of_low_confidence_never_counts(real: Graph, state: str, day: str, member: bool) -> None:
    """CITES: range_state_party_dates marks days of ECOLEX as wrong beside good ones; the better claim decides."""
    instruments = one(answer(real, "instruments-of-state", day, "instrument", state=state, role="party"))

    assert member == ("cites" in instruments)


@pytest.mark.parametrize("day", ["2006-09-24", "2006-09-25", "2020-01-01"])
def test_a_signatory_stands_once_in_the_list(real: Graph, day: str) -> None:
    """mou_signatories has a second day of low confidence for Kazakhstan, which gives no second signature."""
    found = ask(real, "mou-signatories", {"instrument": "saiga-mou"}, day)
    names = [plain(row[found.columns.index("participant")]) for row in found.rows]

    assert 1 == names.count("KZ")


def test_an_undated_part_does_not_hold_before_the_instrument(real: Graph) -> None:
    """mou_signatories has no days for ACBK and SCA; the saiga memorandum itself counts from 24 September 2006."""
    days = ("1990-01-01", "2006-09-23", "2006-09-24")
    found = [one(answer(real, "mou-signatories", day, "participant", instrument="saiga-mou")) for day in days]

    assert [set(), set(), {"acbk", "sca"}] == [names & {"acbk", "sca"} for names in found]


def test_a_state_on_which_nothing_is_said_is_not_called_a_non_party(real: Graph) -> None:
    """Of Germany, which has the lynx, the tables have no part in CMS; for Bhutan a search found none."""
    parties = dict(answer(real, "parties-and-non-parties", "2026-01-01", "state party", species="eurasian-lynx"))

    assert ("not known", "not a Party") == (parties["DE"], parties["BT"])


@pytest.mark.parametrize(
    ("instrument", "before", "first", "last", "after"),
    [
        ("pow-2014-2020", "2013-12-31", "2014-11-01", "2020-12-31", "2021-01-01"),
        ("pow-2021-2026", "2020-12-31", "2021-01-01", "2026-12-31", "2027-01-01"),
        ("pow-tashkent-2025", "2024-12-31", "2025-01-01", "2026-11-25", "1990-01-01"),
        ("saiga-mou", "2006-09-23", "2006-09-24", "2026-11-25", "1990-01-01"),
    ],
)
def test_a_measure_has_the_time_of_its_instrument(
    real: Graph, instrument: str, before: str, first: str, last: str, after: str
) -> None:
    """Few measures of programmes have years of their own, here 2014; the others have the days in instruments."""
    days = (before, first, last, after)
    found = [one(answer(real, "covered-threats", day, "instrument", species="saiga")) for day in days]

    assert [False, True, True, False] == [instrument in names for names in found]


def test_a_measure_without_any_date_counts_on_every_day(real: Graph) -> None:
    """The opening of railway fences for the saiga has neither years nor an instrument in the table of measures."""
    found = answer(real, "covered-threats", "1990-01-01", "measure instrument from until", species="saiga")

    assert ("fence-modification-railway-kz", "", "", "") in found


def test_a_local_measure_for_no_species_in_particular_covers_none(real: Graph) -> None:
    """The passages of the Qinghai-Tibet Railway are at Hoh Xil, and the table does not name whom they are for."""
    covered = answer(real, "covered-threats", "2026-11-25", "measure", species="tibetan-antelope")
    against = answer(real, "measures-against-threat", "2026-11-25", "measure", threat="barriers-to-migration")

    assert (False, True) == (("wildlife-passages-railway",) in covered, ("wildlife-passages-railway",) in against)


@pytest.mark.parametrize(
    ("species", "found"),
    [
        ("wild-camel", {("cr", "2008"), ("en", "")}),
        ("khur", {("en", "")}),
        ("onager", {("cr", ""), ("en", "")}),
    ],
)
def test_a_red_list_category_without_a_year_is_shown_beside(
    real: Graph, species: str, found: set[tuple[str, str]]
) -> None:
    """The table red_list has these without year_published; which of them is newer is for the reader to judge."""
    assert found == answer(real, "red-list-status", "2026-11-25", "category from", species=species)
