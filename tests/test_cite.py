"""An answer is cited with its sources, and so that it can be repeated; what is written is valid in its format."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from cami_kg.cli import run
from cami_kg.cli.options import CITATIONS
from cami_kg.errors import UsageError
from cami_kg.graph import Graph
from cami_kg.query import ask
from cami_kg.query import run as ask_file
from cami_kg.query.cite import FORMS, Citation, Reference, _web, cite, render
from cami_kg.query.names import short
from cami_kg.query.results import Answer
from cami_kg.query.saved import SavedQuery
from cami_kg.version import data_hash

DAY = date(2026, 1, 2)
# The types of CSL 1.0.2, as far as sources may need them.
TYPES = {"article-journal", "article-newspaper", "dataset", "document", "entry-encyclopedia", "report", "webpage"}


def threats(graph: Graph) -> Answer:
    """An answer with four sources."""
    return ask(graph, "threats-of-species", {"species": "dune-hopper"})


def source(**changes: object) -> Reference:
    """A source with something in every field."""
    node = ox.NamedNode("https://w3id.org/cami/id/source/x")
    whole = Reference(node, "report", "Title", "en", "Publisher", "2019-09-05", "https://example.org/x")
    return replace(whole, **changes)


def citation(*references: Reference) -> Citation:
    """A citation of an answer that rests on these."""
    return Citation("q", "https://w3id.org/cami/query/q", "0a", {}, None, None, 2, DAY, "1b", list(references))


def test_sources_are_those_of_the_rows(miniature: Graph) -> None:
    """Each source in a column of sources is there once, in order of IRI."""
    expected = ["source:field-report-2018", "source:handbook-1990", "source:red-book-2020", "source:survey-2022"]

    assert expected == [short(one) for one in threats(miniature).sources]


def test_claims_bring_all_their_sources(miniature: Graph, tmp_path: Path) -> None:
    """A column `claim` stands for all that the claims rest on; a column that ends in `Source` is one too."""
    path = tmp_path / "q.rq"
    head = "PREFIX cami: <https://w3id.org/cami/ns/>\nPREFIX prov: <http://www.w3.org/ns/prov#>\n"
    claims = "<https://w3id.org/cami/id/threat-statement/dune-hopper-poaching-XA>"
    for column, text in (
        ("claim", f"VALUES ?claim {{ {claims} }}"),
        ("otherSource", f"{claims} prov:wasDerivedFrom ?otherSource"),
    ):
        path.write_text(f"{head}SELECT ?{column} {{ {text} }}")
        found = ask_file(miniature, SavedQuery.read(path)).sources
        assert ["source:field-report-2018", "source:survey-2022"] == [short(one) for one in found]

    path.write_text('SELECT ?source ?claim { VALUES (?source ?claim) { ("text" UNDEF) } }')
    assert [] == ask_file(miniature, SavedQuery.read(path)).sources


def test_a_citation_says_how_to_repeat_the_answer(miniature: Graph) -> None:
    """Query and data by hash, values as short names, the date, and the number of rows."""
    answer = ask(miniature, "range-states-of-species", {"species": ["ridge cat", "dune-hopper"]}, "2020")
    found = cite(answer, DAY)
    text = (miniature.home.queries / "range-states-of-species.rq").read_bytes()

    assert hashlib.sha256(text).hexdigest() == found.query_hash
    assert ("https://w3id.org/cami/query/range-states-of-species", data_hash(miniature)) == (
        found.query,
        found.data_hash,
    )
    assert ({"species": ["species:ridge-cat", "species:dune-hopper"]}, date(2020, 12, 31)) == (
        found.values,
        found.as_of,
    )
    assert (len(answer.rows), DAY, None) == (found.rows, found.released, found.endpoint)
    title = (
        "Answer to the query range-states-of-species (species: species:ridge-cat, species:dune-hopper) as of 2020-12-31"
    )
    assert title == found.title


def test_a_file_of_ones_own_has_no_address(miniature: Graph, tmp_path: Path) -> None:
    """It is cited by its hash, even where it has the name of a saved query."""
    path = tmp_path / "species.rq"
    path.write_text("SELECT ?a { VALUES ?a { 1 } }")
    found = cite(ask_file(miniature, SavedQuery.read(path)))

    assert ("species", "", 1, []) == (found.name, found.query, found.rows, found.references)
    text = render(found)
    assert f"query species, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}; 1 row.\n" in text
    assert text.startswith("Cite this answer: Answer to the query species. cami-kg ")


def test_an_answer_from_elsewhere_names_the_place_and_no_password(miniature: Graph) -> None:
    """The hash of the graph here says nothing of the graph there."""
    answer = threats(miniature)
    answer.endpoint = "https://me:secret@example.org/sparql"

    text = render(cite(answer, DAY))
    assert "asked at https://example.org/sparql; query" in text
    assert not re.search(f"secret|{data_hash(miniature)}", text)


def test_the_list_for_people(miniature: Graph) -> None:
    """Publisher, date, title, address where there is one, and the short name."""
    lines = render(cite(threats(miniature), DAY)).splitlines()

    assert [
        "Sources (4)",
        "",
        "- Dune Trust (2018-06): Field Report on the Great Dunes. <https://example.org/field-report-2018>"
        " source:field-report-2018",
        "- Arenia University Press (1990): Handbook of Dune Mammals. source:handbook-1990",
        "- Ministry of Nature of Arenia (2020): Red Book of Arenia. source:red-book-2020",
        "- Dune Trust (2022-09-15): Aerial Survey of the Arenian Sands. <https://example.org/survey-2022>"
        " source:survey-2022",
        "",
    ] == lines[:-1]
    assert lines[-1].startswith("Cite this answer: Answer to the query threats-of-species (species: species:dune-")
    undated = render(citation(source(publisher="", issued="", url="", title="Why?")))
    assert "- (no date): Why? source:x\n" in undated


def test_markdown_takes_nothing_for_markup() -> None:
    """Text stays text, and other forms stand in a block of code."""
    cited = citation(source(title="*Stars* & [links](x) <b>", url="https://example.org/a_b_c"))

    text = render(cited, markdown=True)
    assert r"\*Stars\* &#38; \[links\](x) &#60;b&#62;. <https://example.org/a_b_c>" in text
    for form, word in (("bibtex", "bibtex"), ("csl", "json")):
        written = render(cited, form, markdown=True)
        assert written == f"```{word}\n{render(cited, form)}```\n"


def test_bibtex_holds_any_text(miniature: Graph) -> None:
    """Marks of TeX are escaped, braces stay in balance, months are macros, and letters stay as they are."""
    title = "100% {of} a_b #1 & $5 ~ ^ \\ Сайга"
    written = render(citation(source(title=title, url="https://doi.org/10.1000/a_b")), "bibtex")
    escaped = (
        r"100\% \textbraceleft{}of\textbraceright{} a\_b \#1 \& \$5 \textasciitilde{} \textasciicircum{}"
        r" \textbackslash{} Сайга"
    )
    assert [
        "@techreport{x,",
        f"  title = {{{{{escaped}}}}},",
        "  institution = {Publisher},",
        "  year = {2019},",
        "  month = sep,",
        "  doi = {10.1000/a_b},",
        "  url = {https://doi.org/10.1000/a_b},",
        "  note = {source:x},",
        "}",
    ] == written.splitlines()[:9]

    whole = render(cite(threats(miniature), DAY), "bibtex")
    keys = ["field-report-2018", "handbook-1990", "red-book-2020", "survey-2022", "cami-kg-threats-of-species"]
    assert keys == re.findall(r"^@\w+\{(.+),$", whole, re.MULTILINE)
    for text in (written, whole):
        assert text.count("{") == text.count("}")


def test_addresses_cannot_end_early() -> None:
    """What would close a brace or bracket is escaped, and what is no address of the web is left out."""
    assert "https://example.org/a%7Db%3E%20%5C%D1%8F?x=1&y=%20#z" == _web("https://example.org/a}b> \\я?x=1&y=%20#z")
    assert ["", ""] == [_web("javascript:alert(1)"), _web("")]


def test_a_year_alone_has_no_month() -> None:
    """Only what is known is written."""
    written = render(citation(source(issued="2019", publisher="", kind="news")), "bibtex")

    assert ["@misc{x,", "  title = {{Title}},", "  year = {2019},"] == written.splitlines()[:3]


def test_csl_has_types_and_dates_of_csl(miniature: Graph) -> None:
    """Types by the kind of source, dates as numbers as far as they are known, nothing empty."""
    items = json.loads(render(cite(threats(miniature), DAY), "csl"))

    assert ["report", "report", "report", "article-journal", "dataset"] == [item["type"] for item in items]
    dates = [item["issued"]["date-parts"] for item in items]
    assert [[[2018, 6]], [[1990]], [[2020]], [[2022, 9, 15]], [[2026, 1, 2]]] == dates
    assert {"id", "type", "title", "publisher", "issued", "language", "note"} == items[1].keys()
    assert "https://w3id.org/cami/query/threats-of-species" == items[-1]["URL"]
    (undated, _) = json.loads(render(citation(source(issued="", kind="leaflet")), "csl"))
    assert ("document", False) == (undated["type"], "issued" in undated)


def test_every_source_of_the_graph_can_be_cited(real: Graph) -> None:
    """Keys are all different, braces in balance, types known, and dates are dates of the calendar."""
    found = cite(ask(real, "sources"), DAY)
    bibtex, items = render(found, "bibtex"), json.loads(render(found, "csl"))

    assert len(found.references) > 800
    assert len({item["id"] for item in items}) == len(items)
    assert bibtex.count("{") == bibtex.count("}")
    assert {item["type"] for item in items} <= TYPES
    assert all(item["issued"]["date-parts"][0][1:2] <= [12] for item in items if "issued" in item)
    assert all(reference.url.startswith("http") and reference.kind for reference in found.references if reference.url)


def test_a_form_that_does_not_exist_is_refused(miniature: Graph) -> None:
    """With the nearest, or all."""
    for form, choice in (("bibtx", "bibtex"), ("ris", "text, bibtex, csl")):
        with pytest.raises(UsageError, match=f"There is no citation as '{form}'. Choose {choice}."):
            render(cite(threats(miniature)), form)


def test_the_command_line_knows_all_forms() -> None:
    """The words of `--cite` are those of the module, which it does not import before it needs it."""
    assert tuple(FORMS) == CITATIONS


@pytest.mark.parametrize("cited", [["--cite"], ["--cite", "text"], ["--cite=text"]])
def test_below_a_table_stands_the_list(cited: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """`--cite` needs no word, wherever it stands."""
    assert 0 == run(["query", *cited, "red-list-history", "--species", "saiga"])
    first = capfd.readouterr()
    assert 0 == run(["query", "red-list-history", *cited, "--species", "saiga"])
    assert first == capfd.readouterr()

    assert re.search(r"\n\nSources \(\d+\)\n\n- ", first.out)
    assert "Cite this answer: Answer to the query red-list-history (species: species:saiga)" in first.out
    assert "" == first.err


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_formats_for_machines_stay_valid(form: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The citation goes to stderr, and stdout is as without it."""
    arguments = ["query", "red-list-history", "--species", "saiga", "--format", form]
    assert 0 == run(arguments)
    plain = capfd.readouterr()
    assert 0 == run([*arguments, "--cite", "csl"])
    out, err = capfd.readouterr()

    assert (plain.out, "dataset") == (out, json.loads(err)[-1]["type"])


def test_a_wrong_form_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """One sentence, exit code 2."""
    assert 2 == run(["query", "species", "--cite=ris"])
    assert ("", "cami: There is no citation as 'ris'. Choose text, bibtex, csl.\n") == capfd.readouterr()
