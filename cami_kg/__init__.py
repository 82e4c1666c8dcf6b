"""Open, cited, dated knowledge graph of the CMS Central Asian Mammals Initiative.

>>> import cami_kg
>>> kg = cami_kg.load()
>>> answer = kg.query("range-states-of-species", species="saiga")
>>> answer.columns[:3]
['species', 'taxon', 'state']
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cami_kg import graph as _graph
from cami_kg.errors import CamiError, UsageError

if TYPE_CHECKING:
    from cami_kg.check.report import Report
    from cami_kg.diff import Difference
    from cami_kg.publish import Summary
    from cami_kg.quality import Quality
    from cami_kg.query.results import Answer
    from cami_kg.show import Portrait

__all__ = ["CamiError", "KnowledgeGraph", "UsageError", "__version__", "load"]


class KnowledgeGraph(_graph.Graph):
    """The knowledge graph, with the commands of `cami` as methods."""

    def query(
        self,
        name: str,
        /,
        *,
        as_of: date | str | None = None,
        endpoint: str | None = None,
        timeout: float | None = None,
        **values: object,
    ) -> Answer:
        """Answer a saved query; `values` are its parameters, each a word or several.

        Args:
            name: the saved query.
            as_of: the date whose law and state of the world is asked for; today (UTC) by default.
            endpoint: the address of a SPARQL endpoint to ask instead of this graph.
            timeout: how many seconds the endpoint may take; 60 by default.
            **values: slug, code, label, scientific name, CURIE or IRI for things; numbers, dates and text as they are.
        """
        from cami_kg.query import ask

        return ask(self, name, values, as_of, endpoint, timeout)

    def check(self, paths: Sequence[Path] | None = None) -> Report:
        """Check the whole graph, or only these files and folders, against the shapes."""
        from cami_kg.check import check

        return check(self, paths)

    def quality(self, as_of: date | None = None) -> Quality:
        """Count how well the graph is sourced, licensed, dated, labelled and linked, as `cami check --report` does.

        Args:
            as_of: the day from which the age of sources is counted; that of the release by default.
        """
        from cami_kg.quality import quality
        from cami_kg.query.day import release_date

        return quality(self, as_of or release_date(self))

    def show(self, thing: str, *, as_of: date | str | None = None, lang: str = "en") -> Portrait:
        """Return everything about one thing; `print` it, or read its fields."""
        from cami_kg.show import show

        return show(self, thing, as_of, lang)

    def diff(self, old: _graph.Graph, *, lang: str = "en") -> Difference:
        """Return what differs from an older graph, claim by claim and query by query."""
        from cami_kg.diff import diff

        return diff(old, self, lang)

    def publish(self, out: Path = Path("dist"), *, only: Iterable[str] | None = None) -> Summary:
        """Write the release into a folder."""
        from cami_kg.publish import publish

        return publish(self, out, only)


def load(data: str | Path | None = None, *, derived: bool = False) -> KnowledgeGraph:
    """Load the graph: the project's own, or with the claims of another folder.

    Args:
        data: a folder of claims, `<kind>/<slug>.ttl`.
        derived: also compute the triples that `queries/derive/` derives.
    """
    loaded = _graph.load(data, derived=derived)
    return KnowledgeGraph(**vars(loaded))


def __getattr__(name: str) -> str:
    """Return `__version__`, read only when somebody asks for it."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cami_kg.version import code_version

    return code_version()
