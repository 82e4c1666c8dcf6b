"""Canonical Turtle: one form for one set of triples, so that a change of one fact is a change of one line."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from cami_kg import terms
from cami_kg.errors import CamiError, UsageError, parse_error, shown
from cami_kg.home import home

Object = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Stanza = dict[str, list[Object]]
Key = tuple[object, ...]

_TYPE = terms.RDF + "type"
_FIRST_PROPERTIES = (_TYPE, terms.SKOS + "prefLabel", terms.SKOS + "altLabel", terms.SKOS + "definition")
_FIRST_TYPES = (terms.SKOS + "ConceptScheme", "http://www.w3.org/2002/07/owl#Ontology")

# Strings, IRIs and escapes may hold a `#` or bracket that is no comment or bracket, so they are read whole.
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r'|<[^<>"{}|^`\x00-\x20]*>'
    r"|\\."
    r"|(?P<comment>#[^\r\n]*)"
    r"|(?P<nameless>_:|[\[(]|<<)"
    r"""|[^"'<\\#_\[(]+|.""",
    re.DOTALL,
)
_HEAD = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r?\n|\Z))*")

# Numbers and truth values that Turtle reads back letter by letter without quotes.
_BARE = {
    terms.XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    terms.XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    terms.XSD + "boolean": re.compile(r"true|false"),
}
_ESCAPES = {"\\": r"\\", "\t": r"\t", "\r": r"\r", "\b": r"\b", "\f": r"\f"}


def format_text(text: str, where: str | Path) -> str:
    """Return Turtle in its one form: the same triples, the leading comment kept, nothing else.

    Args:
        text: the Turtle.
        where: its file; in `…/<kind>/<slug>.ttl` the stanza of the thing of that kind and slug comes first.

    Raises:
        CamiError: the text is not Turtle, or holds what the form has no place for: a comment between statements,
            or a node without an IRI.
    """
    path = Path(where)
    before = _triples(text, path)
    comment = _leading_comment(text, path)
    body = _Writer().write(before, path)
    if _triples(body, path) != before:
        raise CamiError("Formatting would change what this file says.", where=path, hint="Report this file as a bug.")
    return "\n\n".join(part for part in (comment, body) if part) + "\n" * bool(comment or body)


def format_file(path: Path, *, check: bool = False) -> bool:
    """Bring a file into its one form; return whether that changes it. With `check`, write nothing."""
    return bool(format_paths([path], check=check))


def format_paths(paths: Iterable[Path] = (), *, check: bool = False) -> list[Path]:
    """Bring files, and all Turtle below folders, into their one form; return those that it changes.

    Nothing is written if one of them has an error. Shapes keep the form their authors gave them.

    Args:
        paths: files and folders; by default the ontology and the data of the project.
        check: write nothing.
    """
    changed = {path: new for path in _turtle_files(paths) if (new := _new_content(path)) is not None}
    if not check:
        for path, new in changed.items():
            _replace(path, new)
    return list(changed)


def _turtle_files(paths: Iterable[Path]) -> list[Path]:
    """Return the Turtle files that have the form, each once, in order of name."""
    found: set[Path] = set()
    for path in list(paths) or [home().ontology, home().data]:
        if path.is_dir():
            below = (file for file in path.rglob("*.ttl") if not file.name.startswith("."))
            found.update(file for file in below if file.is_file())
        elif path.suffix == ".ttl" and path.is_file():
            found.add(path)
        else:
            raise UsageError(
                f"{shown(path)} is neither a folder nor a Turtle file.", hint="Name a file ending in .ttl."
            )
    return sorted(path for path in found if path.parent.name != "shape")


def _new_content(path: Path) -> bytes | None:
    """Return the new content of a file, or None if it is in form."""
    old = path.read_bytes()
    try:
        new = format_text(old.decode("utf-8"), path).encode("utf-8")
    except UnicodeDecodeError as error:
        line = old.count(b"\n", 0, error.start) + 1
        raise CamiError("This is not UTF-8.", where=f"{shown(path)}:{line}", hint="Save the file as UTF-8.") from None
    return None if new == old else new


def _replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file in one step: readers see the old file or the new one."""
    target = path.resolve()
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        file.write(content)
    new = Path(file.name)
    try:
        new.chmod(target.stat().st_mode)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


def _triples(text: str, path: Path) -> set[ox.Triple]:
    try:
        return {quad.triple for quad in ox.parse(input=text, format=ox.RdfFormat.TURTLE)}
    except SyntaxError as error:
        raise parse_error(error, path) from None


def _leading_comment(text: str, path: Path) -> str:
    """Return the comment lines before the first statement; refuse what has no place after it."""
    start = _HEAD.match(text)
    head = start.group() if start else ""
    for token in _TOKEN.finditer(text, len(head)):
        if token.lastgroup:
            place = f"{shown(path)}:{text.count(chr(10), 0, token.start()) + 1}"
            message, hint = _NO_PLACE[token.lastgroup]
            raise CamiError(message, where=place, hint=hint)
    return "\n".join(line.strip() for line in head.strip().splitlines())


_NO_PLACE = {
    "comment": (
        "A comment stands between the statements, where formatting would lose it.",
        "Move it to the top of the file, or write it as a skos:editorialNote.",
    ),
    "nameless": ("A node without an IRI stands here.", "Give it an IRI and a stanza of its own."),
}


@dataclass(frozen=True)
class _Writer:
    """Writes one file, and notes the prefixes it uses on the way."""

    used: set[str] = field(default_factory=set)

    def write(self, triples: Iterable[ox.Triple], path: Path) -> str:
        """Return the prefix lines, then one stanza per subject, the file's main thing first."""
        stanzas: dict[str, Stanza] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            stanzas[_iri(triple.subject)][triple.predicate.value].append(triple.object)
        main = f"{terms.ID}{path.parent.name}/{path.stem}"
        order = sorted(stanzas, key=lambda iri: (iri != main, not _is_first(stanzas[iri]), _iri_key(iri)))
        body = [self._stanza(subject, stanzas[subject]) for subject in order]
        head = "\n".join(f"PREFIX {prefix}: <{terms.prefixes()[prefix]}>" for prefix in sorted(self.used))
        return "\n\n".join([head, *body] if head else body)

    def _stanza(self, subject: str, stanza: Stanza) -> str:
        lines = [self._name(subject)]
        for property_ in sorted(stanza, key=_property_key):
            verb = "a" if property_ == _TYPE else self._name(property_)
            objects = [self._object(object_) for object_ in sorted(stanza[property_], key=_object_key)]
            lines.append(f"    {verb} {objects[0]} ;" if len(objects) == 1 else f"    {verb}")
            if len(objects) > 1:
                lines += [f"        {object_} ," for object_ in objects[:-1]] + [f"        {objects[-1]} ;"]
        return "\n".join([*lines, "."])

    def _name(self, iri: str) -> str:
        short = terms.curie(iri)
        if short is None:
            return f"<{iri}>"
        self.used.add(short.partition(":")[0])
        return short

    def _object(self, node: Object) -> str:
        if not isinstance(node, ox.Literal):
            return self._name(_iri(node))
        bare = _BARE.get(node.datatype.value)
        if bare and bare.fullmatch(node.value):
            return node.value
        if node.language:
            return f"{_quoted(node.value)}@{node.language}"
        plain = node.datatype.value == terms.XSD + "string"
        return _quoted(node.value) + ("" if plain else f"^^{self._name(node.datatype.value)}")


def written(node: Object) -> str:
    """Return a node or literal as it stands in a file: `species:saiga`, `"saiga"@en`, `12`."""
    return _Writer()._object(node)


def _quoted(text: str) -> str:
    """Return a string between quotes; one of several lines keeps its lines."""
    safe = "".join(
        _ESCAPES.get(char) or (char if char >= " " or char == "\n" else f"\\u{ord(char):04X}") for char in text
    )
    if "\n" not in safe:
        return '"' + safe.replace('"', r"\"") + '"'
    return '"""' + re.sub(r'"(?="|\Z)', r"\"", safe) + '"""'


def _iri(node: Object) -> str:
    if isinstance(node, ox.NamedNode):
        return node.value
    raise CamiError(f"{node} is a node without an IRI.", hint="Give it an IRI and a stanza of its own.")


def _is_first(stanza: Stanza) -> bool:
    return any(isinstance(kind, ox.NamedNode) and kind.value in _FIRST_TYPES for kind in stanza.get(_TYPE, ()))


def _property_key(iri: str) -> Key:
    rank = _FIRST_PROPERTIES.index(iri) if iri in _FIRST_PROPERTIES else len(_FIRST_PROPERTIES)
    return rank, terms.curie(iri) or f"~{iri}"


def _iri_key(iri: str) -> Key:
    """Order by prefix, then by name with numbers as numbers; whole IRIs come last."""
    prefix, _, name = (terms.curie(iri) or f"~:{iri}").partition(":")
    return prefix, _natural(name)


def _object_key(node: Object) -> Key:
    if isinstance(node, ox.Literal):
        return 1, node.language or "", node.datatype.value, _natural(node.value)
    return 0, _iri_key(_iri(node))


def _natural(text: str) -> Key:
    """Order `1.2` before `1.10`; the text itself decides between `01` and `1`."""
    parts = (part for part in re.split(r"([0-9]+)", text) if part)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts), text
