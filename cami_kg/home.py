"""Where the ontology, the data and the queries lie: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cami_kg.errors import CamiError


@dataclass(frozen=True, slots=True)
class Home:
    """The three folders that hold the graph, all below `root`.

    Attributes:
        root: the checkout, or the packaged copy.
        editable: whether files may be written (a checkout) or belong to an installed wheel.
    """

    root: Path
    editable: bool

    @property
    def ontology(self) -> Path:
        """The words: `cami.ttl`, `prefixes.ttl`, `scheme/`, `shape/`."""
        return self.root / "ontology"

    @property
    def data(self) -> Path:
        """The claims, one folder per kind."""
        return self.root / "data"

    @property
    def queries(self) -> Path:
        """The saved questions, and `derive/` with the rules for derived triples."""
        return self.root / "queries"


@cache
def home() -> Home:
    """Return the packaged copy if this is an installed wheel, else the checkout around the package.

    Raises:
        CamiError: neither is there.
    """
    package = Path(__file__).resolve().parent
    packaged = package / "_home"
    found = Home(packaged, editable=False) if packaged.is_dir() else Home(package.parent, editable=True)
    if not (found.ontology / "prefixes.ttl").is_file():
        raise CamiError(
            f"The graph was expected in {found.root}, but ontology/prefixes.ttl is not there.",
            hint="Install the cami-kg wheel again, or run from a complete checkout.",
        )
    return found
