"""`new()`: the first lines of a new file, in the right place, and what to do next."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cami_kg.errors import CamiError, UsageError, shown
from cami_kg.home import Home
from cami_kg.terms import prefixes
from cami_kg.turtle import format_text


class Scaffold(NamedTuple):
    """A file that was started: where, and what to do next, one step per line."""

    path: Path
    advice: str


def new(kind: str, name: str, home: Home) -> Scaffold:
    """Start a species, an instrument, a source or a query.

    Args:
        kind: one of `KINDS`.
        name: the English name (of a query: what it is about); the slug is made from it.
        home: the checkout to write into.

    Raises:
        UsageError: there is no such kind, the name has no letters for a slug, or this is not a checkout.
        CamiError: there is a thing of that name already; nothing is overwritten.
    """
    if kind not in KINDS:
        raise UsageError(f"{kind[:60]!r} is no kind of thing to start.", hint=f"Choose {', '.join(KINDS)}.")
    if not home.editable:
        raise UsageError("An installed graph cannot be edited.", hint="Clone the repository and run `cami new` there.")
    if not (slug := slug_of(name)):
        raise UsageError(f"{name[:60]!r} has no Latin letters for a name in IRIs.", hint="Give the English name.")
    return KINDS[kind](home, " ".join(name.split()), slug)


def slug_of(name: str) -> str:
    """Return a name as it stands in IRIs: lower-case words without accents, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+(?:\.[0-9]+)*", plain.replace("'", "")))


def _species(home: Home, name: str, slug: str) -> Scaffold:
    path = home.data / "species" / f"{slug}.ttl"
    _write_turtle(path, f"species:{slug} a dwc:Taxon ; skos:prefLabel {_english(name)} .", "species")
    return _started(
        path,
        f"Add dwc:scientificName (as CMS writes it), dwc:taxonRank, dwc:family, dwc:order and a label {_RUSSIAN}.",
        "Add prov:wasDerivedFrom with the sources, and cami:confidence.",
        f"Add claims such as range:{slug}-KZ and listing:{slug}-cms-ii below; data/species/saiga.ttl shows each kind.",
    )


def _instrument(home: Home, name: str, slug: str) -> Scaffold:
    path = home.data / "instrument" / f"{slug}.ttl"
    _write_turtle(path, f"instrument:{slug} a cami:Instrument ; skos:prefLabel {_english(name)} .", "instrument")
    return _started(
        path,
        f"Add eli:title as printed, eli:type_document (an instrument-kind:) and a label {_RUSSIAN}.",
        "Add prov:wasDerivedFrom with the sources, and cami:confidence.",
        f"Add validity:{slug}, participations and coverages below; data/instrument/ has examples.",
    )


def _source(home: Home, name: str, slug: str) -> Scaffold:
    families = [word for word in slug.split("-") if (home.data / "source" / f"{word}.ttl").is_file()]
    path = home.data / "source" / f"{(families or [slug])[0]}.ttl"
    _add_turtle(path, f"source:{slug}", f"source:{slug} a cami:Source ; dcterms:title {_quoted(name)} .", "source")
    return _started(
        path,
        f"Complete source:{slug}: dcterms:publisher, cami:sourceKind and dcterms:rights (the licence, or “unknown”).",
        "Say with cami:terms whether others may pass it on: terms:open, terms:restricted or terms:unknown.",
        "Add dcterms:issued and schema:url where they are known.",
        "Move it, if it belongs to the family of another file of data/source/.",
    )


def _query(home: Home, name: str, slug: str) -> Scaffold:
    path = home.queries / f"{slug}.rq"
    used = "".join(f"PREFIX {prefix}: <{prefixes()[prefix]}>\n" for prefix in ("dwc", "skos", "species"))
    _write(path, _QUERY.format(summary=_sentence(name), prefixes=used))
    return _started(
        path,
        "Say in the summary what the query answers, in one sentence, and name tags and parameters.",
        f"Replace the pattern, and run it: cami query {slug}",
        f"Write what it should answer over tests/graph/ into tests/query/{slug}.yaml.",
        check="make test",
    )


KINDS: dict[str, Callable[[Home, str, str], Scaffold]] = {
    "species": _species,
    "instrument": _instrument,
    "source": _source,
    "query": _query,
}
"""What can be started, by its word on the command line."""

_RUSSIAN = "in Russian (@ru)"
_QUERY = """\
#+ summary: {summary}
#+ tags: [species]
#+ params: {{species: dwc:Taxon}}

{prefixes}
SELECT ?species ?label WHERE {{
  VALUES ?species {{ species:saiga }}
  ?species a dwc:Taxon ;
    skos:prefLabel ?label .
  FILTER(LANG(?label) = "en")
}}
ORDER BY ?species ?label
"""


def _sentence(name: str) -> str:
    """Return a name as a sentence that a header may hold."""
    words = re.sub(r"[^\w'’(),/]+", " ", name).strip()
    return f"{words[:1].upper()}{words[1:]}." if words[:1].isalpha() else f"Query {words}."


def _started(path: Path, *steps: str, check: str = "cami check") -> Scaffold:
    lines = [f"Started {shown(path)}. Next:", *steps, f"Run {check}; it names what is still missing."]
    return Scaffold(path, "\n".join(lines[:1] + [f"  {number}. {step}" for number, step in enumerate(lines[1:], 1)]))


def _add_turtle(path: Path, name: str, stanza: str, kind: str) -> None:
    """Add a stanza to the file of its family, or start that file."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    if re.search(rf"^{re.escape(name)}\s", before, re.MULTILINE):
        raise CamiError(f"{name} is there already.", where=path, hint="Give another name, or edit it.")
    text = format_text(f"{before}\n{_heads(kind)}{stanza}\n", path)
    if before:
        path.write_text(text, encoding="utf-8", newline="\n")
    else:
        _write(path, text)


def _write_turtle(path: Path, stanza: str, kind: str) -> None:
    _write(path, format_text(_heads(kind) + stanza, path))


def _heads(kind: str) -> str:
    used = ("cami", "dcterms", "dwc", "skos", kind)
    return "".join(f"PREFIX {prefix}: <{prefixes()[prefix]}>\n" for prefix in used)


def _write(path: Path, text: str) -> None:
    """Write a new file; one that exists stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise CamiError("This file is there already.", where=path, hint="Give another name, or edit it.") from None


def _english(name: str) -> str:
    return f"{_quoted(name)}@en"


def _quoted(name: str) -> str:
    """Return a name as a Turtle string, written by pyoxigraph."""
    import pyoxigraph as ox

    try:
        return str(ox.Literal(name))
    except ValueError:
        raise UsageError(f"{name[:60]!r} is not text.", hint="Write whole Unicode characters.") from None
