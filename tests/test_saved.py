"""Saved queries are read strictly: what is not as it should be is named with file and line."""

from pathlib import Path

import pytest
import yaml
from small_graph import RANGES

from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph
from cami_kg.home import home
from cami_kg.query.saved import OPTIONS, SavedQuery, catalogue, find

HEADER = "#+ summary: All that there is."
BODY = "SELECT ?a WHERE {\n  VALUES ?a { 1 }\n}\nORDER BY ?a\n"


def saved(folder: Path, text: str) -> SavedQuery:
    """Write a query and read it."""
    path = folder / "q.rq"
    path.write_text(text, encoding="utf-8")
    return SavedQuery.read(path)


def test_a_header_is_read(tmp_path: Path) -> None:
    """Summary, description, tags and parameters are those of the file; a value is an example, UNDEF is optional."""
    query = saved(tmp_path, RANGES)

    assert "Range States of a species." == query.summary
    assert "One row per statement. Sources that disagree give several rows." == query.description
    assert ("species", "range") == query.tags
    assert "https://w3id.org/cami/query/q" == query.iri
    found = [(p.name, p.kind, p.required, p.example, p.option) for p in query.params.values()]
    assert [
        ("species", "dwc:Taxon", True, "species:saiga", "--species"),
        ("presence", "scheme:presence", False, "", "--presence"),
        ("asOf", "xsd:date", False, "", "--as-of"),
    ] == found


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        (f"#+ tags: [a]\n\n{BODY}", 1, "no summary"),
        (f"{HEADER}\n{HEADER}\n\n{BODY}", 2, "summary twice"),
        (f"#+ summary: No period\n\n{BODY}", 1, "A sentence was expected"),
        (f"#+ summary: 1.\n\n{BODY}", 1, "A sentence was expected"),
        (f"#+ summary: Two: parts.\n\n{BODY}", 1, "A sentence was expected"),
        (f"#+ summary: A #comment.\n\n{BODY}", 1, "A sentence was expected"),
        (f"#+ summary: Hidden\u202e text.\n\n{BODY}", 1, "A sentence was expected"),
        (f"{HEADER}\n#+ author: Somebody.\n\n{BODY}", 2, "no key 'author'"),
        (f"{HEADER}\n#+   and more\n\n{BODY}", 2, "not a line of the header"),
        (f"{HEADER}\n# note\n\n{BODY}", 2, "not a line of the header"),
        (f"{HEADER}\n{BODY}", 2, "not a line of the header"),
        (f"{HEADER}\n\n#+ tags: [a]\n{BODY}", 3, "after the first blank line"),
        (f"{HEADER}\n#+ tags: a, b\n\n{BODY}", 2, "list of tags"),
        (f"{HEADER}\n#+ tags: [a, yes]\n\n{BODY}", 2, "list of tags"),
        (f"{HEADER}\n#+ tags: []\n\n{BODY}", 2, "list of tags"),
        (f"{HEADER}\n#+ params: [a]\n\n{BODY}", 2, "Parameters with their types"),
        (f"{HEADER}\n#+ params: {{}}\n\n{BODY}", 2, "Parameters with their types"),
        (f"{HEADER}\n#+ params: {{a: dwc:Taxon, a: dwc:Taxon}}\n\n{BODY}", 2, "there twice"),
        (f"{HEADER}\n#+ params: {{a: xsd:float}}\n\n{BODY}", 2, "cannot be of type xsd:float"),
        (f"{HEADER}\n#+ params: {{a: dcw:Taxon}}\n\n{BODY}", 2, "Did you mean dwc:"),
        (f"{HEADER}\n#+ params: {{asOf: xsd:integer}}\n\n{BODY}", 2, "asOf is an xsd:date"),
        (f"{HEADER}\n#+ params: {{b: dwc:Taxon}}\n\n{BODY}", None, "b has no VALUES line"),
        (f"{HEADER}\n#+ params: {{a: xsd:integer}}\n\nSELECT ?a {{ VALUES ?a {{ 1 }} }}", 4, "alone on its line"),
        (f"{HEADER}\n#+ params: {{a: xsd:integer}}\n\n{BODY.replace(' 1 ', '')}", 5, "alone on its line"),
        (f"{HEADER}\n#+ params: {{a: xsd:integer}}\n\n{BODY}#\nVALUES ?a {{ UNDEF }}\n", 9, "optional in one place"),
    ],
)
def test_a_wrong_header_is_named_with_its_line(tmp_path: Path, text: str, line: int | None, complaint: str) -> None:
    """The error says file, line, what is wrong and what to write."""
    with pytest.raises(CamiError) as caught:
        saved(tmp_path, text)

    place = str(tmp_path / "q.rq") + (f":{line}" if line else "")
    assert (place, True) == (caught.value.where, bool(caught.value.hint))
    assert complaint in str(caught.value)


@pytest.mark.parametrize("name", ["asof", "endpoint", "file", "format", "lang", "output", "search", "timeout", "cite"])
def test_a_parameter_is_not_named_like_an_option(tmp_path: Path, name: str) -> None:
    """`--format` cannot mean two things; `asOf` is the one parameter that is an option too."""
    if name == "asof":
        name = "as-of"
        assert name in OPTIONS
        return
    with pytest.raises(CamiError, match=f"A parameter cannot be called {name}"):
        saved(tmp_path, f"{HEADER}\n#+ params: {{{name}: xsd:string}}\n\n{BODY}")


def test_a_file_without_header_is_a_query_without_parameters(tmp_path: Path) -> None:
    """Plain SPARQL is taken as it is."""
    query = saved(tmp_path, BODY)

    assert (BODY, "", {}) == (query.text, query.summary, query.params)


def test_a_file_that_is_no_text_or_too_long_is_refused(tmp_path: Path) -> None:
    """Bytes that are not UTF-8, a missing file and a query of a megabyte are one sentence each."""
    (tmp_path / "bytes.rq").write_bytes(b"SELECT \xff")
    (tmp_path / "long.rq").write_text("#" * 1_000_000)

    for name, complaint in (("bytes", "not UTF-8"), ("long", "at most 100000 characters"), ("none", "cannot be read")):
        with pytest.raises(CamiError, match=complaint):
            SavedQuery.read(tmp_path / f"{name}.rq")


def test_queries_are_found_by_name(small: Graph) -> None:
    """The catalogue is in order of name; a wrong name gets the nearest, and is never a path."""
    assert ["ranges", "words"] == [query.name for query in catalogue(small.home)]
    assert "ranges" == find(small.home, "ranges").name
    with pytest.raises(UsageError, match=r"No saved query is called 'rangs'\. Did you mean ranges\?"):
        find(small.home, "rangs")
    for name in ("../queries/ranges", "", "ranges.rq", "\0", "x" * 10_000):
        with pytest.raises(UsageError, match="No saved query is called"):
            find(small.home, name)


def _paths() -> list[Path]:
    return sorted(home().queries.glob("*.rq"))


@pytest.mark.parametrize("path", _paths(), ids=lambda path: path.stem)
def test_headers_are_yaml(path: Path) -> None:
    """A YAML parser, such as grlc uses, reads the header as we do."""
    query = SavedQuery.read(path)
    lines = [line[3:] for line in query.text.split("\n") if line.startswith("#+ ")]

    expected = {"summary": query.summary}
    expected |= {"description": query.description} if query.description else {}
    expected |= {"tags": list(query.tags)} if query.tags else {}
    expected |= {"params": {p.name: p.kind for p in query.params.values()}} if query.params else {}
    assert expected == yaml.safe_load("\n".join(lines)), "Write the header as CONTRIBUTING.md shows."
