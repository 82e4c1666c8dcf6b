"""What the shell offers where somebody presses Tab: names and values that would be taken, and never an error.

A line that is completed is unfinished, so whatever is wrong with it, or with the graph, only means fewer offers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING

import click

from cami_kg.errors import CamiError

if TYPE_CHECKING:
    import pyoxigraph as ox
    from click.shell_completion import CompletionItem

    from cami_kg.graph import Graph

Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]
"""What click asks for the values of an option or argument: those that begin as what is typed so far."""


def _offered(find: Callable[[click.Context, click.Parameter, str], Iterator[tuple[str, str]]]) -> Complete:
    """Offer the words that a function finds, each with a help or an empty string."""

    @wraps(find)
    def complete(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        found: list[tuple[str, str]] = []
        with suppress(CamiError, OSError):
            found += (offer for offer in find(context, parameter, typed) if offer[0].startswith(typed))
        return [CompletionItem(word, help=text or None) for word, text in found]

    return complete


@_offered
def listed(_context: click.Context, parameter: click.Parameter, _typed: str) -> Iterator[tuple[str, str]]:
    """Offer the words that the help of an option or argument lists, as in `csv|tsv`."""
    for word in (parameter.metavar or "").strip("[]").removesuffix("]...").split("|"):
        yield word, ""


@_offered
def queries(_context: click.Context, _parameter: click.Parameter, _typed: str) -> Iterator[tuple[str, str]]:
    """Offer the names of the saved queries, which are those of their files."""
    from cami_kg.home import home

    for name in sorted(path.stem for path in home().queries.glob("*.rq")):
        yield name, ""


@_offered
def parts(_context: click.Context, _parameter: click.Parameter, _typed: str) -> Iterator[tuple[str, str]]:
    """Offer the parts of a release."""
    from cami_kg.publish import PARTS

    for name in PARTS:
        yield name, ""


@_offered
def languages(_context: click.Context, _parameter: click.Parameter, _typed: str) -> Iterator[tuple[str, str]]:
    """Offer the languages in which there are labels."""
    import pyoxigraph as ox

    from cami_kg.query.names import node

    labels = (quad.object for quad in _graph().store.quads_for_pattern(None, node("skos:prefLabel"), None))
    for language in sorted({text.language for text in labels if isinstance(text, ox.Literal) and text.language}):
        yield language, ""


def values(kind: str) -> Complete:
    """Return what offers the values of a type: of a class or scheme its things with their labels, or truth values."""

    @_offered
    def complete(context: click.Context, _parameter: click.Parameter, typed: str) -> Iterator[tuple[str, str]]:
        from cami_kg.query.names import label
        from cami_kg.query.saved import DATATYPES

        if kind == "xsd:boolean":
            yield from (("true", ""), ("false", ""))
        elif kind not in DATATYPES:
            graph, lang = _graph(), context.params.get("lang") or "en"
            for word, thing in sorted(_names(graph, kind, typed).items()):
                yield word, label(graph, thing, lang) or ""

    return complete


def _graph() -> Graph:
    from cami_kg.graph import load

    return load(tolerant=True)


def _names(graph: Graph, kind: str, typed: str) -> dict[str, ox.NamedNode]:
    """Return the things of a kind that fit what is typed: by slug, or by CURIE where that is typed or slugs are shared.

    Among things of any kind claims are offered only by CURIE, as they are many.
    """
    from cami_kg.query.names import ANYTHING, claim_classes, node, short, slug, things

    found = things(graph, kind)
    if ":" not in typed and kind == ANYTHING:
        for one in claim_classes(graph):
            for quad in graph.store.quads_for_pattern(None, node("rdf:type"), one):
                found.pop(getattr(quad.subject, "value", ""), None)
    shared = Counter(map(slug, found.values()))
    named = ((slug(thing), thing) for thing in found.values())
    words = ((word if shared[word] == 1 and ":" not in typed else short(thing), thing) for word, thing in named)
    return {word: thing for word, thing in words if word.startswith(typed)}
