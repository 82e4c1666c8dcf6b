"""The days that answers and releases are for."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pyoxigraph as ox

from cami_kg.errors import UsageError
from cami_kg.graph import Graph
from cami_kg.query.bind import lexical_date
from cami_kg.query.names import node


def today() -> date:
    """Return the date that answers are for: that of `SOURCE_DATE_EPOCH` if it is set, else today in UTC."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or str(int(time.time()))
    try:
        return date(*time.gmtime(int(epoch))[:3])
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH is {epoch[:60]!r}.", hint="Set it to seconds since 1970.") from None


def release_date(graph: Graph) -> date:
    """Return the day that a release of this graph speaks of.

    That is the day of `SOURCE_DATE_EPOCH` where it is set, else of the last commit of the checkout, else (in a wheel,
    which knows no commits) the newest day on which a source was issued, else today; all in UTC. So a checkout and the
    wheel built from it may give different days for the same data; with `SOURCE_DATE_EPOCH` they give the same.

    Raises:
        UsageError: `SOURCE_DATE_EPOCH` is not a number of seconds.
    """
    if os.environ.get("SOURCE_DATE_EPOCH"):
        return today()
    return _commit_day(graph.home.root) or newest_source(graph) or today()


def _commit_day(root: Path) -> date | None:
    if not (root / ".git").exists():  # an installed copy, which may lie in somebody else's repository
        return None
    import subprocess

    command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    try:
        seconds = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603 (no shell)
    except (OSError, subprocess.CalledProcessError):  # no git, or no commit yet
        return None
    return datetime.fromtimestamp(int(seconds), UTC).date()


def newest_source(graph: Graph) -> date | None:
    """Return the newest day on which a source of a graph was issued; years and months do not count."""
    days = (quad.object for quad in graph.store.quads_for_pattern(None, node("dcterms:issued"), None))
    texts = (
        lexical_date(day.value) for day in days if isinstance(day, ox.Literal) and day.datatype == node("xsd:date")
    )
    return max((date.fromisoformat(text) for text in texts if text), default=None)
