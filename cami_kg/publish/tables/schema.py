"""What the tables are: one for each closed shape, its properties the columns; read from the shapes, nowhere listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from cami_kg.errors import CamiError, parse_error
from cami_kg.query.names import node
from cami_kg.terms import RDF, RDFS, SH, SKOS, XSD, curie

PREF_LABEL = SKOS + "prefLabel"
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
LANG_STRING = RDF + "langString"
LABELS = {"label_en": "en", "label_ru": "ru"}
"""The columns that repeat the label of a thing, and their languages."""

_VOCABULARY = (RDF, RDFS, SH, "http://www.w3.org/2002/07/owl#")  # shapes of the ontology, not of the data
_NUMBERS = {XSD + "integer", XSD + "decimal"}
_DATES = {XSD + "date", XSD + "gYearMonth", XSD + "gYear"}
_SHORT_TYPES = {"boolean": XSD + "boolean", "integer": XSD + "integer", "date": XSD + "date"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        name: the local name of the property, in snake_case.
        path: the IRI of the property; empty for `id`, `language` and the repeated labels.
        type: as in a Table Schema: string, integer, number, boolean or date.
        datatypes: the IRIs of the datatypes that a literal here may have; none if it names things.
        languages: those that a text may have; if there is one, it is that of the whole column, if none, any may be.
        required: whether every row has a value.
        choices: the only values, where the shape lists them.
        table: the table whose `id` stands here, or empty.
        language_of: the IRI of the property whose text is in the language that stands here, or empty.
    """

    name: str
    path: str = ""
    type: str = "string"
    datatypes: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[str, ...] = ()
    table: str = ""
    language_of: str = ""

    @property
    def with_language(self) -> bool:
        """Whether its texts may be in several languages, so that another column says in which each is."""
        return LANG_STRING in self.datatypes and len(self.languages) != 1

    @property
    def partial_date(self) -> bool:
        """Whether it holds years, months or days, as precise as known."""
        return bool(self.datatypes) and self.datatypes <= _DATES and self.type == "string"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: of the things of a class, or of the values of one property that may have several.

    Attributes:
        name: the local name of the class in snake_case, with `_<property>` for the values of a property.
        cls: the IRI of the class.
        path: the IRI of that property, empty for a table of things.
        columns: the first is `id`, or the thing that has the values.
        key: the names of the columns that tell the rows apart.
    """

    name: str
    cls: str
    path: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


def read_tables(shapes: Path) -> list[Table]:
    """Return the tables that the shapes in a folder describe: each table of things, then those of its properties.

    Raises:
        CamiError: a file is not Turtle, or two properties of a shape would be the same column.
    """
    store = ox.Store()
    for path in sorted(shapes.glob("*.ttl")):
        try:
            store.load(path=path, format=ox.RdfFormat.TURTLE)
        except SyntaxError as error:
            raise parse_error(error, path) from None
    closed = {
        target: quad.subject
        for quad in store.quads_for_pattern(None, node("sh:closed"), None)
        for target in _values(store, quad.subject, "sh:targetClass")
        if isinstance(target, ox.NamedNode) and not target.value.startswith(_VOCABULARY)
    }
    names = {cls.value: _snake(cls.value) for cls in closed}
    tables: list[Table] = []
    for cls, shape in sorted(closed.items(), key=lambda item: names[item[0].value]):
        tables += _tables(store, cls.value, shape, names)
    return tables


def _tables(store: ox.Store, cls: str, shape: object, names: dict[str, str]) -> Iterator[Table]:
    """Yield the table of a class, then one for each property that may have several values."""
    table, by_path = names[cls], _by_path(store, shape)
    single: list[tuple[list[object], Column]] = []
    several: list[tuple[list[object], Column]] = []
    for path, constraints in by_path.items():
        column = _column(store, path, constraints, names)
        (single if _number(store, constraints, "sh:maxCount") == 1 else several).append((constraints, column))
    single.sort(key=lambda pair: (_number(store, pair[0], "sh:order") or 0, not pair[1].required, pair[1].name))
    several.sort(key=lambda pair: pair[1].name)
    labels = [Column(name, languages=(lang,)) for name, lang in LABELS.items() if PREF_LABEL in by_path]
    columns = (Column("id", required=True), *labels, *(one for _, column in single for one in _with_language(column)))
    column_names = [column.name for column in columns] + [column.name for _, column in several]
    if twice := {name for name in column_names if column_names.count(name) > 1}:
        raise CamiError(
            f"Two properties of {curie(cls) or cls} would both be the column {min(twice)!r}.",
            hint="Give one of the properties another local name.",
        )
    yield Table(table, cls, "", columns, ("id",))
    for _, column in several:
        owner = Column(table, required=True, table=table)
        if column.name == table:
            owner = Column(f"{table}_id", required=True, table=table)
        whole = (owner, *reversed(_with_language(column, "language")))
        yield Table(f"{table}_{column.name}", cls, column.path, whole, tuple(one.name for one in whole))


def _with_language(column: Column, name: str = "") -> list[Column]:
    """Return a column, and after it one for the language of each text where that may differ."""
    if not column.with_language:
        return [column]
    required = column.required and column.datatypes == {LANG_STRING}
    return [column, Column(name or f"{column.name}_language", required=required, language_of=column.path)]


def _by_path(store: ox.Store, shape: object) -> dict[str, list[object]]:
    """Return the property shapes of a node shape, with the shapes they name as alternatives, by property."""
    found: dict[str, list[object]] = {}
    for constraint in _values(store, shape, "sh:property"):
        for path in _values(store, constraint, "sh:path"):
            if isinstance(path, ox.NamedNode):
                alternatives = [one for head in _values(store, constraint, "sh:or") for one in _members(store, head)]
                found.setdefault(path.value, []).extend((constraint, *alternatives))
    return found


def _column(store: ox.Store, path: str, constraints: list[object], names: dict[str, str]) -> Column:
    def all_of(predicate: str) -> list[object]:
        return [value for constraint in constraints for value in _values(store, constraint, predicate)]

    def listed(predicate: str) -> list[object]:
        return [member for head in all_of(predicate) for member in _members(store, head)]

    classes = {one.value for one in all_of("sh:class") if isinstance(one, ox.NamedNode)}
    datatypes = {one.value for one in all_of("sh:datatype") if isinstance(one, ox.NamedNode)}
    languages = tuple(sorted({one.value for one in listed("sh:languageIn") if isinstance(one, ox.Literal)}))
    choices = listed("sh:in")
    datatypes |= {one.datatype.value for one in choices if isinstance(one, ox.Literal)}
    datatypes |= {LANG_STRING} if languages else set()
    if not datatypes and node("sh:Literal") in all_of("sh:nodeKind"):
        datatypes = {LANG_STRING, XSD + "string"}
    several = _number(store, constraints, "sh:maxCount") != 1
    return Column(
        name=_snake(path),
        path=path,
        type=_type(datatypes),
        datatypes=frozenset(datatypes),
        languages=languages,
        required=several or (_number(store, constraints, "sh:minCount") or 0) > 0,
        choices=tuple(written(choice) for choice in choices),
        table=names.get(min(classes), "") if len(classes) == 1 else "",
    )


def _type(datatypes: set[str]) -> str:
    for name, datatype in _SHORT_TYPES.items():
        if datatypes == {datatype}:
            return name
    return "number" if datatypes and datatypes <= _NUMBERS else "string"


def written(value: object) -> str:
    """Return a value as it stands in a cell: a thing by its CURIE, else its IRI; a literal as the graph writes it."""
    if isinstance(value, ox.NamedNode):
        return curie(value.value) or value.value
    if not isinstance(value, ox.Literal):
        raise CamiError("A blank node has no place in a table.", hint="Give it an IRI.")
    if value.datatype.value == XSD + "boolean":
        return {"1": "true", "0": "false"}.get(value.value, value.value)
    if value.datatype.value == XSD + "decimal" and "." not in value.value:
        return value.value + ".0"  # so that it is not read as a whole number
    return value.value


def _snake(iri: str) -> str:
    local = re.split(r"[/#]", iri)[-1]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", local).replace("-", "_").lower()


def _number(store: ox.Store, constraints: list[object], predicate: str) -> int | None:
    found = [int(one.value) for c in constraints for one in _values(store, c, predicate) if isinstance(one, ox.Literal)]
    return min(found, default=None)


def _values(store: ox.Store, subject: object, predicate: str) -> list[object]:
    if not isinstance(subject, ox.NamedNode | ox.BlankNode):
        return []
    return [quad.object for quad in store.quads_for_pattern(subject, node(predicate), None)]


def _members(store: ox.Store, head: object) -> list[object]:
    """Return the members of an RDF list."""
    members: list[object] = []
    while first := _values(store, head, "rdf:first"):
        members += first
        head = _values(store, head, "rdf:rest")[0]
    return members
