"""Saved queries as files: plain SPARQL behind a short header that says what is asked and with which parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cami_kg.errors import CamiError, UsageError, nearest, shown
from cami_kg.home import Home
from cami_kg.query import sparql
from cami_kg.terms import BASE, expand

DATATYPES = {"xsd:date": "2016-01-01", "xsd:integer": "12", "xsd:string": "words", "xsd:boolean": "true"}
"""The datatypes that a parameter may have, each with an example."""

OPTIONS = frozenset(
    ("as-of", "cite", "endpoint", "file", "format", "help", "lang", "output", "search", "timeout", "version")
)
"""Options of `cami query` that no parameter may be named like; `asOf` alone is both, and bound by `--as-of`."""

_PARAM = re.compile(r"[a-z][A-Za-z0-9]*")
_TAG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_KEYS = ("summary", "description", "tags", "params")
# The header is YAML, so that grlc reads it; this small part of YAML is read without the cost of importing a YAML parser
# before every answer. What another YAML reader would understand differently is refused.
_SENTENCE = re.compile(r"[^\W\d_](?:(?!: | #).)*\.")
_NOT_TEXT = frozenset(("yes", "no", "on", "off", "true", "false", "null", "y", "n"))


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may be given for `VALUES ?name { … }`.

    Attributes:
        name: the variable.
        kind: CURIE of a class or of a scheme (values are its members), or of a datatype.
        required: whether the file holds a value, the example, rather than `UNDEF`.
        example: the value in the file as it is written there, or an empty string.
    """

    name: str
    kind: str
    required: bool
    example: str

    @property
    def option(self) -> str:
        """The name on the command line, such as `--known-by` for `knownBy`."""
        return "--" + re.sub("[A-Z]", lambda capital: "-" + capital.group().lower(), self.name)


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """One file of `queries/`, or any file with SPARQL (then without summary and parameters)."""

    name: str
    path: Path
    text: str
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    params: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def iri(self) -> str:
        """The IRI of the query."""
        return f"{BASE}query/{self.name}"

    @classmethod
    def read(cls, path: Path) -> SavedQuery:
        """Read a query and its header.

        Raises:
            CamiError: the header or the lines of the parameters are not as they should be; says file and line.
        """
        text = _text(path)
        if not text.startswith("#+"):
            return cls(path.stem, path, text)
        header = _header(text, path)
        if "summary" not in header:
            raise CamiError("The header says no summary.", where=f"{shown(path)}:1", hint="Write `#+ summary: ….`")
        sentences = {key: _sentence(*header[key]) for key in ("summary", "description") if key in header}
        tags = _tags(*header["tags"]) if "tags" in header else ()
        kinds = _kinds(*header["params"]) if "params" in header else {}
        params = {name: _parameter(text, path, name, kind) for name, kind in kinds.items()}
        return cls(path.stem, path, text, **sentences, tags=tags, params=params)


def catalogue(home: Home) -> list[SavedQuery]:
    """Read all saved queries, sorted by name."""
    return [SavedQuery.read(path) for path in sorted(home.queries.glob("*.rq"), key=lambda path: path.stem)]


def contents(home: Home) -> str:
    """Return the saved queries with their summaries and parameters as text."""
    lines = []
    for saved in catalogue(home):
        lines += [saved.name, f"    {saved.summary}"]
        for parameter in saved.params.values():
            needed = f"such as {parameter.example}" if parameter.required else "optional"
            lines.append(f"    {parameter.option} ({parameter.kind}, {needed})")
    return "\n".join(lines) + "\n"


def find(home: Home, name: str) -> SavedQuery:
    """Read the saved query of this name, and no other file.

    Raises:
        UsageError: there is none; names the nearest.
    """
    paths = {path.stem: path for path in home.queries.glob("*.rq")}
    if name in paths:
        return SavedQuery.read(paths[name])
    near = nearest(name[:60], paths)
    hint = f"Did you mean {', '.join(near)}?" if near else "`cami query` lists them."
    raise UsageError(f"No saved query is called {name[:60]!r}.", hint=hint)


def _text(path: Path) -> str:
    """Return the text of a query file, lines ending as in Unix."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CamiError("The file is not UTF-8.", where=path, hint=f"Correct the byte at {error.start}.") from None
    except OSError as error:
        raise UsageError(f"The file cannot be read: {error.strerror}.", where=path) from None
    if len(text) > sparql.LONGEST:
        raise CamiError(f"A query has at most {sparql.LONGEST} characters; this has {len(text)}.", where=path)
    return text


def _header(text: str, path: Path) -> dict[str, tuple[str, str]]:
    """Return value and place of each key of the header."""
    found: dict[str, tuple[str, str]] = {}
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    for number, line in enumerate(lines, 1):
        where = f"{shown(path)}:{number}"
        if number > end:
            if line.startswith("#+"):
                raise CamiError("A header line stands after the first blank line.", where=where, hint="Move it up.")
            continue
        key, colon, value = line.removeprefix("#+ ").partition(": ")
        if not line.startswith("#+ ") or not colon:
            hint = "Write `#+ key: text` on one line, and a blank line after the last."
            raise CamiError(f"This is not a line of the header: {line[:60]!r}.", where=where, hint=hint)
        if key not in _KEYS:
            raise CamiError(f"The header has no key {key!r}.", where=where, hint=f"Its keys are {', '.join(_KEYS)}.")
        if key in found:
            raise CamiError(f"The header says {key} twice.", where=where, hint="Delete one of the lines.")
        found[key] = value.strip(), where
    return found


def _sentence(value: str, where: str) -> str:
    if not (_SENTENCE.fullmatch(value) and value.isprintable()):
        hint = "Begin with a letter, end with a period, and write no `: ` and no ` #`."
        raise CamiError("A sentence was expected.", where=where, hint=hint)
    return value


def _tags(value: str, where: str) -> tuple[str, ...]:
    items = _items(value, "[]")
    if not items or any(not _TAG.fullmatch(item) or item in _NOT_TEXT for item in items):
        raise CamiError("A list of tags was expected.", where=where, hint="Write it like [species, range].")
    return tuple(items)


def _kinds(value: str, where: str) -> dict[str, str]:
    """Read `{species: dwc:Taxon, asOf: xsd:date}`."""
    kinds: dict[str, str] = {}
    for item in _items(value, "{}") or [""]:
        name, colon, kind = item.partition(": ")
        if not (colon and _PARAM.fullmatch(name)) or name in _NOT_TEXT:
            hint = "Write it like {species: dwc:Taxon, since: xsd:date}."
            raise CamiError("Parameters with their types were expected.", where=where, hint=hint)
        if name in kinds:
            raise CamiError(f"The parameter {name} is there twice.", where=where, hint="Delete one of the two.")
        _accept(Parameter(name, kind.strip(), False, ""), where)
        kinds[name] = kind.strip()
    return kinds


def _items(value: str, brackets: str) -> list[str] | None:
    if len(value) < 2 or value[0] + value[-1] != brackets:
        return None
    return [item.strip() for item in value[1:-1].split(",")]


def _accept(parameter: Parameter, where: str) -> None:
    """Refuse a name that is an option and a type that does not exist."""
    name, kind = parameter.name, parameter.kind
    if parameter.option[2:] in OPTIONS and (name, kind) != ("asOf", "xsd:date"):
        hint = "asOf is an xsd:date." if name == "asOf" else "Choose another name."
        raise CamiError(f"A parameter cannot be called {name}, as an option is.", where=where, hint=hint)
    if kind.startswith("xsd:") and kind not in DATATYPES:
        hint = f"Parameters are classes, schemes or {', '.join(DATATYPES)}."
        raise CamiError(f"{name} cannot be of type {kind}.", where=where, hint=hint)
    try:
        expand(kind)
    except UsageError as error:
        raise CamiError(f"The type of {name} is not known: {error.message}", where=where, hint=error.hint) from None


def _parameter(text: str, path: Path, name: str, kind: str) -> Parameter:
    """Return a parameter as its `VALUES` lines say: all hold a value (it is required), or all hold `UNDEF`."""
    lines = [line for line in sparql.values_lines(text) if line.name == name]
    if not lines:
        hint = f"Write `VALUES ?{name} {{ UNDEF }}`, or the example of a value, where it is used."
        raise CamiError(f"The parameter {name} has no VALUES line.", where=path, hint=hint)
    for line in lines:
        where = f"{shown(path)}:{text.count(chr(10), 0, line.start) + 1}"
        if not (line.inner and sparql.whole_line(text, line)):
            hint = f"Write `VALUES ?{name} {{ … }}` with a value or UNDEF, and nothing else on the line."
            raise CamiError(f"The VALUES of {name} does not stand alone on its line.", where=where, hint=hint)
        if line.optional != lines[0].optional:
            hint = "Write UNDEF, or a value, in all of them."
            raise CamiError(f"{name} is optional in one place and required in another.", where=where, hint=hint)
    example = "" if lines[0].optional else text[lines[0].opened : lines[0].closed].strip()
    return Parameter(name, kind, not lines[0].optional, example)
