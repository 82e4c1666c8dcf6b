"""Words find the thing they mean, or say which words would."""

import pyoxigraph as ox
import pytest

from cami_kg.errors import UsageError
from cami_kg.graph import Graph
from cami_kg.query.names import ANYTHING, caveat, find, folded, label, language, node, quoted, shown

HOPPER = "https://w3id.org/cami/id/species/dune-hopper"


@pytest.mark.parametrize(
    "word",
    [
        "dune-hopper",
        " Dune-Hopper ",
        "species:dune-hopper",
        HOPPER,
        f"<{HOPPER}>",
        "dune  HOPPER",
        "дюнный тушканчик",
        "saltator arenae",
        "Saltator vetus",
    ],
)
def test_a_thing_is_found_by_each_of_its_names(small: Graph, word: str) -> None:
    """Slug, CURIE, IRI, label in any language, scientific name and synonym all mean the taxon, in any case."""
    assert HOPPER == find(small, "dwc:Taxon", word).value


def test_codes_and_numbers_name_things(small: Graph) -> None:
    """A state is found by its code, an instrument by its number, a concept by scheme."""
    assert node("state:XA") == find(small, "cami:State", "xa")
    assert node("instrument:hopper-mou") == find(small, "cami:Instrument", "no. 7")
    assert node("presence:extant") == find(small, "scheme:presence", "extant")


def test_an_unknown_word_gets_the_nearest(small: Graph) -> None:
    """The error names what is like it, and otherwise some of what there is."""
    with pytest.raises(UsageError) as near:
        find(small, "dwc:Taxon", "dune hoper")
    with pytest.raises(UsageError) as far:
        find(small, "dwc:Taxon", "zzz")
    with pytest.raises(UsageError) as none:
        find(small, "cami:Meeting", "zzz")

    assert "No dwc:Taxon is called 'dune hoper'. Did you mean species:dune-hopper (dune hopper)?" == str(near.value)
    assert "There are 2, such as species:dune-hopper, species:ridge-cat." == far.value.hint
    assert "No cami:Meeting is called 'zzz': the graph holds none at all." == str(none.value)


def test_a_thing_of_another_kind_is_no_value(small: Graph) -> None:
    """Class and scheme decide what may be given, also where the IRI exists."""
    for kind, word in (("dwc:Taxon", "state:XA"), ("scheme:presence", "confidence:high"), ("cami:State", HOPPER)):
        with pytest.raises(UsageError, match="is called"):
            find(small, kind, word)


def test_an_ambiguous_word_lists_what_it_may_mean(small: Graph) -> None:
    """Nobody is asked about something else than meant."""
    with pytest.raises(UsageError) as caught:
        find(small, "dwc:Taxon", "sand hopper")

    expected = "'sand hopper' may mean species:dune-hopper (dune hopper), species:ridge-cat (ridge cat)."
    assert f"{expected} Write one of these short names." == str(caught.value)


def test_a_subspecies_steps_back_where_the_name_also_means_its_species(real: Graph) -> None:
    """`Saiga tatarica` is the species, though CITES calls its first subspecies so."""
    assert node("species:saiga") == find(real, "dwc:Taxon", "Saiga tatarica")
    assert node("species:asiatic-wild-ass") == find(real, "dwc:Taxon", "Equus hemionus")


@pytest.mark.parametrize(
    ("word", "taxon"),
    [
        ("Cervus elaphus yarkandensis", "bukhara-deer"),
        ("Cervus elaphus bactrianus", "bukhara-deer"),
        ("Cervus hanglu", "bukhara-deer"),
        ("Uncia uncia", "snow-leopard"),
        ("Panthera uncia", "snow-leopard"),
        ("Felis manul", "pallas-cat"),
        ("Otocolobus manul", "pallas-cat"),
        ("Saiga borealis", "mongolian-saiga"),
        ("Saiga spp.", "saiga"),
        ("Ovis aries", "urial"),
        ("Ovis polii", "argali"),
        ("Panthera pardus", "persian-leopard"),
        ("Camelus bactrianus", "wild-camel"),
        ("Bos grunniens", "wild-yak"),
        ("Lynx lynx isabellinus", "eurasian-lynx"),
        ("Equus caballus przewalskii", "przewalskis-horse"),
        ("Cervus elaphus", "bukhara-deer"),
    ],
)
def test_the_name_of_each_list_finds_the_animal(real: Graph, word: str, taxon: str) -> None:
    """CMS, CITES, the Red List and the checklists call the same animals differently; each name will do."""
    assert node(f"species:{taxon}") == find(real, "dwc:Taxon", word)


def test_a_name_of_two_animals_is_not_guessed(real: Graph) -> None:
    """`typica` is a nominal name of the argali and of the urial."""
    with pytest.raises(UsageError, match=r"may mean species:argali .*, species:urial"):
        find(real, "dwc:Taxon", "typica")


@pytest.mark.parametrize(
    ("word", "thing"),
    [
        ("Panthera uncia", "species:snow-leopard"),
        ("bos mutus", "species:wild-yak"),
        ("Otocolobus manul", "species:pallas-cat"),
        ("name:wild-yak-iucn-bos-mutus", "name:wild-yak-iucn-bos-mutus"),
    ],
)
def test_a_name_in_use_means_its_animal(real: Graph, word: str, thing: str) -> None:
    """A name that only claims give means the taxon they are about; a claim is meant by its own short name."""
    assert node(thing) == find(real, ANYTHING, word)


@pytest.mark.parametrize(("lang", "code"), [("ru", "ru"), (" RU", "ru"), ("En", "en")])
def test_languages_are_known_in_any_case(small: Graph, lang: str, code: str) -> None:
    """Capitals do not count in the code of a language."""
    assert code == language(small, lang)


@pytest.mark.parametrize("lang", ["xx", "", "ru-RU"])
def test_a_language_without_labels_is_refused(small: Graph, lang: str) -> None:
    """The error names the languages that there are."""
    with pytest.raises(UsageError, match=r"No label is in the language .* Choose one of en, ru\."):
        language(small, lang)


def test_a_name_that_lists_use_for_other_animals_is_read_with_a_word_of_caution(real: Graph) -> None:
    """What is asked about may be less or more than a list means by the name; where all agree nothing is said."""
    leopard = "'panthera pardus' is read as species:persian-leopard (Persian leopard). "
    wider = "The name is wider in: CITES species list; CMS species list; Mammal Diversity Database."

    assert leopard + wider == caveat(real, "panthera pardus")
    assert (caveat(real, "Ovis polii") or "").endswith("The name is narrower in: CITES species list.")
    assert caveat(real, "Uncia uncia") is None
    assert caveat(real, "species:saiga") is None


def test_a_label_counts_more_than_a_number(small: Graph) -> None:
    """What something is called comes before its codes and titles, and these before its other names."""
    with (small.home.data / "instrument" / "hopper-mou.ttl").open("rb") as file:
        text = (
            file.read()
            .replace(b"hopper-mou", b"other-mou")
            .replace(b"No. 7", b"Hopper MOU")
            .replace(b'"Hopper MOU"@en', b'"x"@en')
        )
    small.store.load(text, format=ox.RdfFormat.TURTLE)

    assert node("instrument:hopper-mou") == find(small, "cami:Instrument", "Hopper MOU")
    assert node("instrument:hopper-mou") == find(small, "cami:Instrument", "No. 7")


def test_a_claim_steps_back_where_the_word_also_names_a_thing(small: Graph) -> None:
    """`hopper-mou` is the instrument, though a claim on its validity has the same slug."""
    assert node("instrument:hopper-mou") == find(small, ANYTHING, "hopper-mou")
    assert node("validity:hopper-mou") == find(small, ANYTHING, "validity:hopper-mou")


def test_labels_fall_back_to_english_and_then_to_the_short_name(small: Graph) -> None:
    """What has no label in a language has its English one; what has none at all has its CURIE."""
    assert "дюнный тушканчик" == label(small, node("species:dune-hopper"), "ru")
    assert "ridge cat" == label(small, node("species:ridge-cat"), "ru")
    assert "Old Book" == label(small, node("source:old-book"))
    assert "range:dune-hopper-XA" == shown(small, node("range:dune-hopper-XA"))


def test_words_are_compared_without_case_accents_composed() -> None:
    """Two spellings that look alike are alike, also `ё` and `е`."""
    assert folded("Cafe\u0301  ЁЖ") == folded("café еж")


def test_what_was_typed_is_quoted_safely() -> None:
    """Messages hold no control characters, marks of direction, halves of characters or endless words."""
    assert r"'a\x1b[2J\u202e\ud800'" == quoted("a\x1b[2J\u202e\ud800")
    assert 62 == len(quoted("x" * 1_000_000))
