"""The words that people use for things: which thing a word means, and which word to show for a thing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import pyoxigraph as ox

from cami_kg.errors import CamiError, UsageError, nearest
from cami_kg.graph import Graph
from cami_kg.terms import NS, RDF, RDFS, SH, curie, expand, prefixes

ANYTHING = "rdfs:Resource"
"""The kind that every thing of the graph belongs to."""

_LABELS = ("skos:prefLabel", "dcterms:title", "rdfs:label")
_OWN_NAMES = (
    "dwc:scientificName",
    "eli:title",
    "skos:notation",
    "dwc:countryCode",
    "cami:isoAlpha3",
    "cami:acronym",
    "eli:id_local",
)
_OTHER_NAMES = ("skos:altLabel",)
_NAMES_IN_USE = ("dwc:scientificName", "dwc:vernacularName")
_NAMES_IN_TEXTS = ("cami:listedName", "cami:assessedName", "cami:nameInSource")

Things = dict[str, ox.NamedNode]


@cache
def node(name: str) -> ox.NamedNode:
    """Return the node of a CURIE."""
    return ox.NamedNode(expand(name))


def label(graph: Graph, thing: ox.NamedNode, lang: str = "en") -> str | None:
    """Return the name to show for a thing: in `lang`, else in English, else in any language; None if it has none."""
    for predicate in _LABELS:
        found = {text.language or "": text.value for text in literals(graph, thing, predicate)}
        if found:
            return found.get(lang) or found.get("en") or found.get("") or found[min(found)]
    return None


def language(graph: Graph, lang: str) -> str:
    """Return the code of a language in lower case.

    Raises:
        UsageError: no label of the graph is in this language.
    """
    wanted = lang.strip().casefold()
    if wanted not in _languages(graph):
        known = ", ".join(sorted(set(_languages(graph))))
        raise UsageError(f"No label is in the language {quoted(lang)}.", hint=f"Choose one of {known}.")
    return wanted


def _languages(graph: Graph) -> Iterator[str]:
    """Yield the language of each label of the graph, again and again."""
    for quad in graph.store.quads_for_pattern(None, node("skos:prefLabel"), None):
        if isinstance(quad.object, ox.Literal) and quad.object.language:
            yield quad.object.language


def shown(graph: Graph, thing: ox.NamedNode, lang: str = "en") -> str:
    """Return the label of a thing, else its CURIE, else its IRI."""
    return label(graph, thing, lang) or short(thing)


def short(thing: ox.NamedNode) -> str:
    """Return the CURIE of a thing, else its IRI."""
    return curie(thing.value) or thing.value


def slug(thing: ox.NamedNode) -> str:
    """Return the last part of the IRI of a thing."""
    return thing.value[max(thing.value.rfind("/"), thing.value.rfind("#")) + 1 :]


def quoted(word: str) -> str:
    """Return what somebody typed, in quotes, safe to print: shortened, invisible characters as escapes."""
    return repr(word if len(word) <= 60 else word[:59] + "…")


def things(graph: Graph, kind: str) -> Things:
    """Return what there is of a kind, by IRI.

    Args:
        graph: the graph.
        kind: the CURIE of a class, of a scheme (its concepts), or `ANYTHING`.
    """
    if kind.startswith("scheme:"):
        quads = graph.store.quads_for_pattern(None, node("skos:inScheme"), node(kind))
    else:
        wanted = None if kind == ANYTHING else node(kind)
        quads = graph.store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), wanted)
    prefix = ox.NamedNode(SH + "PrefixDeclaration")
    found = (quad.subject for quad in quads if quad.object != prefix)
    return {thing.value: thing for thing in found if isinstance(thing, ox.NamedNode)}


def claim_classes(graph: Graph) -> set[ox.NamedNode]:
    """Return the classes of claims."""
    quads = graph.store.quads_for_pattern(None, ox.NamedNode(RDFS + "subClassOf"), ox.NamedNode(NS + "Claim"))
    return {quad.subject for quad in quads if isinstance(quad.subject, ox.NamedNode)}


def find(graph: Graph, kind: str, word: str) -> ox.NamedNode:
    """Return the one thing of a kind that a word means.

    The word is read in these ways: as IRI or CURIE, as slug, as label in any language, as scientific name, code or
    title, as another name in use, as a name under which a taxon is listed, assessed or spoken of. The first way in
    which it fits anything decides; case does not count.

    Raises:
        UsageError: the word fits nothing (the nearest words are named), or fits several things (they are listed).
    """
    candidates = things(graph, kind)
    for read in (_by_address, _by_slug, _by_label, _by_own_name, _by_other_name, _by_name_in_text):
        if found := read(graph, candidates, word):
            meant = found if read in (_by_address, _by_slug) else _owners(graph, candidates, found)
            return _only(graph, word, meant)
    raise _unknown(graph, kind, candidates, word)


def caveat(graph: Graph, word: str) -> str | None:
    """Return what to know where lists mean other animals by the name of a taxon than the one that it finds.

    Raises:
        UsageError: the word is no name of a taxon, or of several.
    """
    taxon = find(graph, "dwc:Taxon", word)
    lists: dict[str, set[str]] = {}
    for quad in graph.store.quads_for_pattern(None, node("cami:taxon"), taxon):
        use = quad.subject
        if isinstance(use, ox.NamedNode) and (relations := linked(graph, use, "cami:conceptRelation")):
            names = (text.value for predicate in _NAMES_IN_USE for text in literals(graph, use, predicate))
            if relations != [node("concept-relation:congruent")] and folded(word) in map(folded, names):
                found = lists.setdefault(shown(graph, relations[0]), set())
                found.update(shown(graph, one) for one in linked(graph, use, "cami:accordingTo"))
    meanings = [f"The name {relation} in: {'; '.join(sorted(found))}." for relation, found in sorted(lists.items())]
    return " ".join((f"{quoted(word)} is read as {_choice(graph, taxon)}.", *meanings)) if meanings else None


def all_names(graph: Graph) -> Iterator[tuple[str, ox.NamedNode]]:
    """Yield every name that a thing has or that a taxon goes by, with what it names."""
    everything = things(graph, ANYTHING)
    yield from _values(graph, everything, (*_LABELS, *_OWN_NAMES))
    yield from _other_names(graph, everything)


def _by_address(_graph: Graph, candidates: Things, word: str) -> list[ox.NamedNode]:
    bare, prefix = word.strip().removeprefix("<").removesuffix(">"), word.strip().partition(":")[0]
    if prefix in prefixes() and (iri := expand(word.strip())) in candidates:
        return [candidates[iri]]
    return [candidates[bare]] if bare in candidates else []


def _by_slug(_graph: Graph, candidates: Things, word: str) -> list[ox.NamedNode]:
    wanted = word.strip().casefold()
    return [thing for thing in candidates.values() if slug(thing).casefold() == wanted]


def _by_label(graph: Graph, candidates: Things, word: str) -> list[ox.NamedNode]:
    return _named(word, _values(graph, candidates, _LABELS))


def _by_own_name(graph: Graph, candidates: Things, word: str) -> list[ox.NamedNode]:
    return _named(word, _values(graph, candidates, _OWN_NAMES))


def _by_other_name(graph: Graph, candidates: Things, word: str) -> list[ox.NamedNode]:
    return _named(word, _other_names(graph, candidates))


def _by_name_in_text(graph: Graph, candidates: Things, word: str) -> list[ox.NamedNode]:
    return _named(word, _values(graph, candidates, _NAMES_IN_TEXTS, _taxa(graph).get))


def _taxa(graph: Graph) -> dict[object, object]:
    """Return the taxon that each claim is about."""
    return {quad.subject: quad.object for quad in graph.store.quads_for_pattern(None, node("cami:taxon"), None)}


def _other_names(graph: Graph, candidates: Things) -> Iterator[tuple[str, ox.NamedNode]]:
    """Yield alternative labels, and for taxa the names that `cami:NameUse` claims say are in use."""
    yield from _values(graph, candidates, _OTHER_NAMES)
    yield from _values(graph, candidates, _NAMES_IN_USE, _taxa(graph).get)


def _values(
    graph: Graph, candidates: Things, predicates: Iterable[str], owner: Callable[..., object] = lambda thing: thing
) -> Iterator[tuple[str, ox.NamedNode]]:
    for predicate in predicates:
        for quad in graph.store.quads_for_pattern(None, node(predicate), None):
            thing = owner(quad.subject)
            if isinstance(thing, ox.NamedNode) and thing.value in candidates and isinstance(quad.object, ox.Literal):
                yield quad.object.value, thing


def _named(word: str, names: Iterable[tuple[str, ox.NamedNode]]) -> list[ox.NamedNode]:
    wanted = folded(word)
    return list(dict.fromkeys(thing for name, thing in names if folded(name) == wanted))


def folded(word: str) -> str:
    """Return a word as it is compared: without case, accents composed, `ё` as `е`, single blanks."""
    return " ".join(unicodedata.normalize("NFC", word).casefold().replace("ё", "е").split())


def _owners(graph: Graph, candidates: Things, found: list[ox.NamedNode]) -> list[ox.NamedNode]:
    """Return the taxa whose names were found, where a word is but a name that claims say is in use."""
    if not all(node("cami:NameUse") in linked(graph, thing, "rdf:type") for thing in found):
        return found
    taxa = (taxon for use in found for taxon in linked(graph, use, "cami:taxon") if taxon.value in candidates)
    return list(dict.fromkeys(taxa)) or found


def _only(graph: Graph, word: str, found: list[ox.NamedNode]) -> ox.NamedNode:
    """Return the thing found.

    A claim steps back where the word also means something that is none, and a taxon where it also means its parent:
    the name of a species is often that of its first subspecies too.
    """
    if len(found) > 1:
        claims = claim_classes(graph)
        found = [thing for thing in found if not claims & set(linked(graph, thing, "rdf:type"))] or found
        found = [thing for thing in found if not set(found) & set(linked(graph, thing, "cami:parentTaxon"))] or found
    if len(found) > 1:
        choices = ", ".join(_choice(graph, thing) for thing in sorted(found, key=lambda thing: thing.value))
        raise UsageError(f"{quoted(word)} may mean {choices}.", hint="Write one of these short names.")
    return found[0]


def _unknown(graph: Graph, kind: str, candidates: Things, word: str) -> CamiError:
    what = "Nothing" if kind == ANYTHING else f"No {kind}"
    if not candidates:
        return UsageError(f"{what} is called {quoted(word)}: the graph holds none at all.")
    by_name = dict(_other_names(graph, candidates)) | dict(_values(graph, candidates, (*_OWN_NAMES, *_LABELS)))
    by_name |= {slug(thing): thing for thing in candidates.values()}
    near = dict.fromkeys(by_name[name] for name in nearest(word[:60], by_name))
    if near:
        hint = f"Did you mean {', '.join(_choice(graph, thing) for thing in near)}?"
    else:
        some = sorted(short(thing) for thing in candidates.values())
        hint = f"There are {len(some)}, such as {', '.join(some[:5])}."
    return UsageError(f"{what} is called {quoted(word)}.", hint=hint)


def _choice(graph: Graph, thing: ox.NamedNode) -> str:
    name = label(graph, thing)
    return f"{short(thing)} ({name})" if name else short(thing)


def linked(graph: Graph, thing: ox.NamedNode, predicate: str) -> list[ox.NamedNode]:
    """Return the things that a property of a thing names."""
    quads = graph.store.quads_for_pattern(thing, node(predicate), None)
    return [quad.object for quad in quads if isinstance(quad.object, ox.NamedNode)]


def literals(graph: Graph, thing: ox.NamedNode, predicate: str) -> list[ox.Literal]:
    """Return the texts, numbers and dates of a property of a thing."""
    quads = graph.store.quads_for_pattern(thing, node(predicate), None)
    return [quad.object for quad in quads if isinstance(quad.object, ox.Literal)]
