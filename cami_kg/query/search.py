"""Finding by one's own words, without a model: saved queries and things, ranked by the words that they share."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from cami_kg.errors import UsageError
from cami_kg.graph import Graph
from cami_kg.query import layout, sparql
from cami_kg.query.bind import typed
from cami_kg.query.names import (
    ANYTHING,
    all_names,
    claim_classes,
    find,
    folded,
    label,
    language,
    node,
    short,
    slug,
    things,
)
from cami_kg.query.saved import DATATYPES, Parameter, SavedQuery, catalogue
from cami_kg.terms import RDF, expand, prefixes

MOST = 10
"""How many queries and how many things are found at most."""

_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 2  # letters of a word that is looked for
_STEM, _ENDING = 4, 3  # words with so many letters in common at their start, and at most so many after, are one word
_SURE = 3  # how many of the things found are sure enough to narrow a query to a member of a list
_MAIN = 1.3  # what a word in the name of a taxon or State weighs, as most questions are about those
_IN_LISTS = 0.5  # what a word in the title of a source or list weighs, against 1 in the name of a thing
_TAKEN = 0.4  # what a word in the name of something that a query takes as a value weighs
_SHARE = 0.4  # of the best score that a hit must have, so that one common word among several finds little

_SMALL = frozenset(
    _WORD.findall(
        "a an and are at by for from has have how in is it of on or since that the there to was were what when where "
        "which who with без в где для до за и из к как какие какой когда кто на о об от по под при с со у что"
    )
)

Field = tuple[float, frozenset[str]]
"""Words of a text about something, and how much one of them weighs."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found.

    Attributes:
        name: the name of a query, or the short name of a thing.
        text: its summary, or its label in the language asked for.
        command: what to run next.
        score: how well it fits; the best has the highest.
    """

    name: str
    text: str
    command: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, the best first; prints as lines of text."""

    queries: list[Hit]
    things: list[Hit]

    def __str__(self) -> str:
        """Return the hits as text, each with the command to run next."""
        parts = [
            "".join(f"{layout.plain(hit.name)}  {layout.plain(hit.text)}\n    {hit.command}\n" for hit in hits)
            for hits in (self.queries, self.things)
        ]
        return "\n".join(filter(None, parts))


def search(graph: Graph, words: str, lang: str = "en", most: int = MOST) -> Found:
    """Return the saved queries and the things that fit some words best, in English or in Russian.

    A word fits another with the same start, so that endings do not count; rare words weigh more than common ones.

    Args:
        graph: the graph.
        words: what somebody is looking for.
        lang: the language of labels.
        most: how many queries, and how many things, at most.

    Raises:
        UsageError: no label is in the language.
    """
    lang = language(graph, lang)
    wanted = [word for word in dict.fromkeys(split(words)) if len(word) >= _SHORTEST and word not in _SMALL]
    names = _names(graph)
    scores = _ranked(wanted, dict(_thing_fields(graph, names)))
    hits = [_thing(graph, iri, score, lang) for iri, score in scores[:most]]
    queries = {query.name: query for query in catalogue(graph.home)}
    about = {name: list(_query_fields(graph, query, names)) for name, query in queries.items()}
    ranked = _ranked(wanted, about)[:most]
    best = [ox.NamedNode(iri) for iri, _ in scores]
    fitting = {iri: {word for word in wanted if _fit_any(word, names[iri])} for iri, _ in scores}
    values = {name: _values(graph, queries[name], best, fitting) for name, _ in ranked}
    return Found([_query(queries[name], score, values[name]) for name, score in ranked], hits)


def split(text: str) -> tuple[str, ...]:
    """Return the words of a text as they are compared: without case, `ё` as `е`."""
    return tuple(_WORD.findall(folded(text)))


def likeness(wanted: str, word: str) -> float:
    """Return how alike two words are, from 0 to 1: the start of a word fits it, and so does another ending."""
    if wanted == word:
        return 1.0
    common = 0
    for one, other in zip(wanted, word, strict=False):
        if one != other:
            break
        common += 1
    longest = max(len(wanted), len(word))
    begins = common == len(wanted) >= _SHORTEST + 1
    inflected = common >= _STEM and max(len(wanted), len(word)) - common <= _ENDING
    if inflected:
        return (1 + common / longest) / 2
    return common / longest if begins else 0.0


def _ranked(wanted: Iterable[str], fields: dict[str, list[Field]]) -> list[tuple[str, float]]:
    """Return what fits the words with its score, best first.

    For each word the best field of a thing counts, less in a long text, times how rare the word is among all things.
    """
    scores: dict[str, float] = defaultdict(float)
    vocabulary = frozenset().union(*(words for texts in fields.values() for _, words in texts))
    for word in wanted:
        alike = {other: much for other in vocabulary if (much := likeness(word, other))}
        found = {name: fit for name, texts in fields.items() if (fit := _fit(alike, texts))}
        rarity = math.log(1 + len(fields) / len(found)) if found else 0.0
        for name, fit in found.items():
            scores[name] += fit * rarity
    enough = _SHARE * max(scores.values(), default=0.0)
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [(name, score) for name, score in ranked if score >= enough]


def _fit(alike: dict[str, float], fields: list[Field]) -> float:
    return max((weight * much for weight, words in fields for word, much in alike.items() if word in words), default=0)


def _fit_any(wanted: str, texts: list[str]) -> bool:
    return any(likeness(wanted, word) for text in texts for word in split(text))


def _field(weight: float, text: str) -> Field:
    """Return the words of a text; each weighs less the more there are."""
    words = split(text)
    return weight / (1 + len(words) / 10), frozenset(words)


def _thing_fields(graph: Graph, names: dict[str, list[str]]) -> Iterator[tuple[str, list[Field]]]:
    """Yield each thing with its names; what only talks about things, or lists them, weighs less than the things."""
    lists = things(graph, "cami:Source").keys() | things(graph, "skos:ConceptScheme").keys()
    main = things(graph, "dwc:Taxon").keys() | things(graph, "cami:State").keys()
    for iri, texts in names.items():
        weight = _IN_LISTS if iri in lists else _MAIN if iri in main else 1.0
        yield iri, [_field(weight, text) for text in texts]


def _names(graph: Graph) -> dict[str, list[str]]:
    """Return the names of each thing, by IRI; claims and the words of the ontology are no things to find."""
    words = claim_classes(graph) | {node("owl:Class"), node("owl:ObjectProperty"), node("owl:DatatypeProperty")}
    left_out = {
        quad.subject for kind in words for quad in graph.store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), kind)
    }
    names: dict[str, list[str]] = {}
    for text, thing in all_names(graph):
        if thing not in left_out:
            names.setdefault(thing.value, [slug(thing).replace("-", " ")]).append(text)
    return names


def _query_fields(graph: Graph, query: SavedQuery, names: dict[str, list[str]]) -> Iterator[Field]:
    """Yield what a query says of itself, the labels of the words that it uses, and the names of what it takes.

    Headers are in English; labels and names in all languages are how words in Russian find a query.
    """
    texts = ((2.0, query.name), (1.5, " ".join(query.tags)), (2.0, query.summary), (1.0, query.description))
    yield from (_field(weight, text) for weight, text in texts)
    used = {token.text for token in sparql.tokens(query.text) if token.kind == "word" and ":" in token.text}
    kinds = {parameter.kind for parameter in query.params.values()} - DATATYPES.keys() - {ANYTHING}
    for name in sorted(used | kinds):
        if name.partition(":")[0] in prefixes():
            yield from (_field(1.0, text) for text in _labels(graph, ox.NamedNode(expand(name))))
    for kind in sorted(kinds - {"cami:Source"}):  # the title of a source may be about anything
        yield (
            _TAKEN,
            frozenset(word for iri in things(graph, kind) for text in names.get(iri, ()) for word in split(text)),
        )


def _labels(graph: Graph, thing: ox.NamedNode) -> list[str]:
    quads = graph.store.quads_for_pattern(thing, node("skos:prefLabel"), None)
    return sorted(quad.object.value for quad in quads if isinstance(quad.object, ox.Literal))


def _thing(graph: Graph, iri: str, score: float, lang: str) -> Hit:
    thing = ox.NamedNode(iri)
    return Hit(short(thing), label(graph, thing, lang) or "", f"cami show {_quoted(short(thing))}", score)


def _query(query: SavedQuery, score: float, values: dict[str, str]) -> Hit:
    words = ["cami query", query.name]
    for parameter in query.params.values():
        if value := values.get(parameter.name) or (typed(parameter) if parameter.required else ""):
            words += [parameter.option, _quoted(value)]
    return Hit(query.name, query.summary, " ".join(words), score)


def _values(graph: Graph, query: SavedQuery, best: list[ox.NamedNode], words: dict[str, set[str]]) -> dict[str, str]:
    """Return the best of the things found as values of the parameters that take them.

    Each word that was looked for counts for one value only, so that "Mongolian gazelle" does not name Mongolia too.

    Args:
        graph: the graph.
        query: the query that was found.
        best: the things found, the best first.
        words: which words that were looked for each of them fits.
    """
    values: dict[str, str] = {}
    used: set[str] = set()
    kinds = {name: p.kind for name, p in query.params.items() if p.kind not in DATATYPES and p.kind != ANYTHING}
    takes = {name: things(graph, kind) for name, kind in kinds.items()}
    for place, thing in enumerate(best):
        sure = place < _SURE
        free = (name for name in kinds if name not in values and (sure or not _narrows_to_a_list(query.params[name])))
        name = next((name for name in free if thing.value in takes[name]), None)
        if name and words[thing.value] - used:
            values[name] = _typed(graph, kinds[name], thing)
            used |= words[thing.value]
    return values


def _narrows_to_a_list(parameter: Parameter) -> bool:
    return parameter.kind.startswith("scheme:") and not parameter.required


def _typed(graph: Graph, kind: str, thing: ox.NamedNode) -> str:
    """Return the slug of a thing where it means only that among its kind, else its short name."""
    try:
        return slug(thing) if find(graph, kind, slug(thing)) == thing else short(thing)
    except UsageError:
        return short(thing)


def _quoted(value: str) -> str:
    """Return a value as one word of a command line."""
    return value if re.fullmatch(r"[\w:./-]+", value) else "'" + value.replace("'", "'\\''") + "'"
