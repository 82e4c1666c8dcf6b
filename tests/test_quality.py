"""The quality report: counts by hand over an invented graph, sums over the real one, the same in every format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cami_kg.cli import run
from cami_kg.errors import UsageError
from cami_kg.graph import Graph, load
from cami_kg.publish import publish
from cami_kg.quality import Quality, quality, render
from cami_kg.quality.evidence import Source, Standing, publishers
from cami_kg.quality.tally import RESTRICTED_LIMIT, Row, Table
from cami_kg.terms import prefixes

HERE = Path(__file__).parent
DAY = date(2026, 5, 1)
HEADER = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes().items())

# Nine claims about where a hopper lives, each with other sources, and three kinds of claim beside them.
SOURCES = """
source:trust a cami:Source ; cami:sourceKind source-kind:report ; dcterms:publisher "Dune Trust" ;
  dcterms:rights "CC BY 4.0" ; cami:terms terms:open ; dcterms:issued "2024-02"^^xsd:gYearMonth .
source:both a cami:Source ; cami:sourceKind source-kind:report ; dcterms:publisher "Dune Trust / Salt Office" ;
  dcterms:rights "unknown" ; cami:terms terms:unknown ; dcterms:issued "2021"^^xsd:gYear .
source:office a cami:Source ; cami:sourceKind source-kind:dataset ; dcterms:publisher "Salt Office (copy)" ;
  dcterms:rights "no copies" ; cami:terms terms:restricted ; dcterms:issued "2016-12-31"^^xsd:date .
source:press a cami:Source ; cami:sourceKind source-kind:news ; dcterms:publisher "Reed Press" ;
  dcterms:rights "unknown" ; cami:terms terms:unknown ; prov:wasDerivedFrom source:office .
source:leaflet a cami:Source ; cami:sourceKind source-kind:news ; dcterms:publisher "unknown" ;
  dcterms:rights "unknown" ; cami:terms terms:unknown ; dcterms:issued "2026"^^xsd:gYear .
source:text a cami:Source ; cami:sourceKind source-kind:treaty-page ; dcterms:publisher "Treaty Desk" ;
  dcterms:rights "unknown" ; cami:terms terms:unknown ; dcterms:isFormatOf instrument:mou .
source:scan a cami:Source ; cami:sourceKind source-kind:treaty-page ; dcterms:publisher "Old Library" ;
  dcterms:rights "unknown" ; cami:terms terms:unknown ; dcterms:isFormatOf instrument:mou .
"""
CLAIMS = {  # the sources of each claim; independent ones; terms; age
    "XA": ("trust", "one", "open", "upTo2"),
    "XB": ("trust , source:office", "two", "open", "upTo2"),
    "XC": ("trust , source:both , source:office", "one", "open", "upTo2"),
    "XD": ("office , source:press", "one", "unknown", "upTo10"),
    "XE": ("leaflet", "one", "unknown", "upTo2"),
    "XF": ("leaflet , source:both", "one", "unknown", "upTo2"),
    "XG": ("text , source:scan", "one", "unknown", "none"),
    "XH": ("office", "one", "restricted", "upTo10"),
    "XI": ("trust , source:office , source:text", "more", "open", "upTo2"),
}
THINGS = """
species:hopper a dwc:Taxon ; skos:prefLabel "hopper"@en , "тушканчик"@ru ;
  prov:wasDerivedFrom source:both ; cami:confidence confidence:high .
species:crane a dwc:Taxon ; skos:prefLabel "crane"@en ;
  prov:wasDerivedFrom source:press ; cami:confidence confidence:low .
species:ghost a dwc:Taxon ; skos:prefLabel "призрак"@ru .
instrument:mou a cami:Instrument ; skos:prefLabel "MOU"@en , "МОВ"@ru .
link:index a void:Linkset ; skos:prefLabel "Index"@en ; cami:confidence confidence:high .
mapping:index-hopper a cami:Mapping ; cami:subject species:hopper ; cami:linkset link:index ;
  prov:wasDerivedFrom source:office .
none-found:crane-index a cami:NoneFound ; cami:subject species:crane ; cami:soughtIn link:index .
none-found:hopper-mou a cami:NoneFound ; cami:subject species:hopper ; cami:soughtIn instrument:mou .
range:hopper-XA-other a cami:RangeStatement ; cami:taxon species:hopper ; cami:state state:XA ;
  cami:presence presence:extinct ; cami:confidence confidence:low ; prov:wasDerivedFrom source:office .
"""


def written(folder: Path, *texts: str) -> Graph:
    """A graph of some texts, with the real ontology and queries."""
    path = folder / "data" / "species" / "hopper.ttl"
    path.parent.mkdir(parents=True)
    path.write_text(HEADER + "".join(texts), encoding="utf-8")
    return load(folder / "data")


def claims() -> Iterator[str]:
    """The nine claims."""
    for state, (sources, *_) in CLAIMS.items():
        yield f"range:hopper-{state} a cami:RangeStatement ; cami:taxon species:hopper ; cami:state state:{state} ;\n"
        yield "  cami:presence presence:extant ; cami:confidence confidence:high ;\n"
        yield f"  prov:wasDerivedFrom source:{sources} .\n"


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Quality:
    """The report on the invented graph."""
    return quality(written(tmp_path_factory.mktemp("quality"), SOURCES, THINGS, *claims()), DAY)


@pytest.fixture(scope="module")
def whole(real: Graph) -> Quality:
    """The report on the real graph."""
    return quality(real, DAY)


def table(report: Quality, name: str) -> Table:
    """One table of a report."""
    return next(table for table in report.tables if table.name == name)


def row(report: Quality, name: str, **where: str) -> dict[str, str | int | None]:
    """The numbers of the one row that is about something."""
    found = [row for row in table(report, name).rows if where.items() <= row.items()]
    assert len(found) == 1, f"{name} has {len(found)} rows about {where}"
    return {column: cell for column, cell in found[0].items() if not isinstance(cell, str)}


def ranges(part: int, *columns: str) -> dict[str, int]:
    """How many of the nine claims fall into each column; `part` is the place in `CLAIMS`."""
    return {column: sum(claim[part] == column for claim in CLAIMS.values()) for column in columns}


def test_independent_sources_are_counted(invented: Quality) -> None:
    """A claim counts by its independent sources; the tenth, which disagrees, has one."""
    expected = ranges(1, "none", "one", "two", "more")

    assert expected == {"none": 0, "one": 7, "two": 1, "more": 1}
    assert row(invented, "independence", kind="cami:RangeStatement") == {"number": 10, **expected, "one": 8}
    assert row(invented, "independence", kind="dwc:Taxon") == {"number": 3, "none": 1, "one": 2, "two": 0, "more": 0}
    assert row(invented, "independence", kind="cami:NoneFound") == {
        "number": 2,
        "none": 2,
        "one": 0,
        "two": 0,
        "more": 0,
    }


def test_terms_are_those_of_the_best_source(invented: Quality) -> None:
    """One open source makes a claim open; it is restricted only if all are. A licence counts wherever stated."""
    expected = ranges(2, "none", "open", "unknown", "restricted")

    assert expected == {"none": 0, "open": 4, "unknown": 4, "restricted": 1}
    stated = sum("trust" in claim[0] or "office" in claim[0] for claim in CLAIMS.values()) + 1
    assert row(invented, "terms", kind="cami:RangeStatement") == expected | {
        "number": 10,
        "restricted": 2,
        "licence": stated,
    }


def test_ages_are_those_of_the_newest_source(invented: Quality) -> None:
    """The newest date decides, in calendar years; a claim without any dated source has no age."""
    expected = ranges(3, "none", "older", "upTo10", "upTo5", "upTo2")

    assert expected == {"none": 1, "older": 0, "upTo10": 2, "upTo5": 0, "upTo2": 6}
    assert row(invented, "age", kind="cami:RangeStatement") == {"number": 10, **expected, "upTo10": 3}
    ages = {"none": 2, "older": 0, "upTo10": 0, "upTo5": 1, "upTo2": 0}
    assert row(invented, "age", kind="dwc:Taxon") == {"number": 3, **ages}


def test_confidence_is_counted(invented: Quality) -> None:
    """By its three degrees, and where it is not said."""
    assert row(invented, "confidence", kind="dwc:Taxon") == {"number": 3, "none": 1, "low": 1, "medium": 0, "high": 1}
    total = {"kind": "cami:Claim", "number": 13, "none": 3, "low": 1, "medium": 0, "high": 9}
    assert table(invented, "confidence").total == total


def test_sources_are_counted_by_kind(invented: Quality) -> None:
    """With what they do not say."""
    terms, lacks = {"open": 0, "unknown": 2, "restricted": 0}, {"unlicensed": 2, "unpublished": 1, "undated": 1}

    assert row(invented, "sources", kind="source-kind:news") == {"number": 2} | terms | lacks


def test_missing_labels_are_counted(invented: Quality) -> None:
    """In English and Russian; a kind that has no labels at all lacks none."""
    assert row(invented, "kinds", kind="dwc:Taxon") == {"number": 3, "en": 1, "ru": 1}
    assert row(invented, "kinds", kind="cami:RangeStatement") == {"number": 10, "en": None, "ru": None}


def test_missing_links_are_counted(invented: Quality) -> None:
    """A thing is linked, was looked for in vain, or neither; what was sought in a treaty is no link."""
    assert row(invented, "links", kind="dwc:Taxon") == {"number": 3, "linked": 1, "sought": 1, "none": 1}
    assert row(invented, "linksets", linkset="link:index") == {"number": 3, "linked": 1, "sought": 1}


def test_open_disagreements_are_those_of_the_saved_query(invented: Quality) -> None:
    """Two claims about presence in one state differ."""
    assert table(invented, "disagreements").rows == [
        {"kind": "cami:RangeStatement", "property": "cami:presence", "pairs": 1, "claims": 2}
    ]


def source(publisher: str, *origins: str) -> Source:
    """A source of which only the publisher and the origins matter."""
    return Source("source-kind:news", publishers(publisher), False, "unknown", None, frozenset(origins))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], 0),
        (["unknown", "unknown"], 1),
        (["unknown", "Dune Trust"], 1),
        (["Dune Trust", "dune  trust"], 1),
        (["Dune Trust", "Salt Office"], 2),
        (["Dune Trust", "Dune Trust Borelia"], 1),
        (["Dune Trust", "Dunes"], 2),
        (["Dune Trust", "Duneland / Dune Trust"], 1),
        (["Journal of Dunes 31(2)", "Hopper et al., Journal of Dunes 7: 12-19"], 1),
        (["24.dune", "7232.dune"], 2),
        (["Pedia (mirror)", "Pedia"], 1),
        (["Salt Secretariat", "Borelia / Salt Secretariat"], 1),
        (["A", "C", "A / B / C"], 1),
        (["A", "B", "C", "unknown"], 3),
    ],
)
def test_publishers_are_compared_by_their_parts(names: list[str], expected: int) -> None:
    """Case, copies, volumes and fellow publishers make no other publisher; unknown ones add nothing."""
    standing = Standing("high", [source(name, str(number)) for number, name in enumerate(names)])

    assert expected == standing.independent


def test_what_has_one_origin_is_not_independent() -> None:
    """Neither a source and its copy, nor two copies of a third."""
    one, copy, other = source("A", "one", "root"), source("B", "copy", "root"), source("C", "other")

    assert (1, 2) == (Standing("high", [one, copy]).independent, Standing("high", [one, copy, other]).independent)


def test_more_than_the_limit_on_restricted_sources_is_warned_of(invented: Quality, tmp_path: Path) -> None:
    """At the limit nothing is said; above, every format says how much, and what to do."""
    text = "assessment:hopper-{} a cami:Assessment ; prov:wasDerivedFrom source:{} .\n"
    claims = [text.format(number, name) for number, name in enumerate(["office", "trust", "trust", "trust"])]
    at = quality(written(tmp_path / "at", SOURCES, *claims), DAY)
    above = quality(written(tmp_path / "above", SOURCES, *claims[:2]), DAY)

    assert (RESTRICTED_LIMIT, [], 0.5) == (at.restricted, at.warnings, above.restricted)
    assert "50.0% of the claims rest only on sources that may not be passed on; the limit is 25%." in above.warnings[0]
    assert all(above.warnings[0] in render(above, form) for form in ("text", "json", "md"))
    assert (3 / 13, []) == (invented.restricted, invented.warnings)


def test_claims_without_sources_and_strange_sources_are_counted_too(tmp_path: Path) -> None:
    """A graph that does not keep the shapes gets a report, not a traceback."""
    text = 'range:a a cami:RangeStatement .\nsource:odd a cami:Source ; dcterms:issued "long ago" .\n'
    report = quality(written(tmp_path, text, "<urn:x:y> a <urn:x:Z> .\n"), DAY)

    assert row(report, "independence", kind="cami:RangeStatement")["none"] == 1
    assert row(report, "sources", kind="cami:Source")["undated"] == 1
    assert row(report, "kinds", kind="urn:x:Z")["number"] == 1
    assert render(report).startswith("Quality of the graph on 2026-05-01\n")


def cells(line: str) -> list[str]:
    """The cells of a line of Markdown."""
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("form", ["md", "text"])
def test_every_format_says_the_same(whole: Quality, form: str) -> None:
    """Each row of the JSON stands in the table for people, labels for short names, in the same order."""
    data = json.loads(render(whole, "json"))
    text = [" ".join(cells(line) if form == "md" else line.split()) for line in render(whole, form).splitlines()]
    lines = iter(line.replace("\\", "") for line in text)

    for found in data["tables"].values():
        for counts in [*found["rows"], *([found["total"]] if "total" in found else [])]:
            named = {**data["labels"], "cami:Claim": "all claims"}
            shown = [counts.get(column) for column in found["columns"]]
            texts = [
                "–" if cell is None else named.get(cell, cell) if isinstance(cell, str) else f"{cell:,}"
                for cell in shown
            ]
            assert " ".join(" ".join(texts).split()) in lines
    assert (data["asOf"], data["restricted"]["limit"]) == ("2026-05-01", RESTRICTED_LIMIT)


SUMS = {
    "independence": ("none", "one", "two", "more"),
    "terms": ("none", "open", "unknown", "restricted"),
    "confidence": ("none", "low", "medium", "high"),
    "age": ("none", "older", "upTo10", "upTo5", "upTo2"),
    "sources": ("open", "unknown", "restricted"),
    "links": ("linked", "sought", "none"),
}


@pytest.mark.parametrize("name", SUMS)
def test_the_columns_of_the_real_graph_add_up(whole: Quality, name: str) -> None:
    """Everything is in one column of each table, and the last line is the sum of the claims."""
    found = table(whole, name)
    rows: list[Row] = [*found.rows, *([found.total] if found.total else [])]

    assert [row["number"] for row in rows] == [sum(int(row[column] or 0) for column in SUMS[name]) for row in rows]


def test_no_number_of_the_real_graph_is_negative(whole: Quality) -> None:
    """Nor greater than the number of what is counted."""
    numbers = [row for table in whole.tables for row in table.rows if "number" in row]

    assert all(
        0 <= cell <= int(row["number"] or 0) for row in numbers for cell in row.values() if isinstance(cell, int)
    )
    assert all(2 <= int(row["claims"] or 0) <= 2 * int(row["pairs"] or 0) for row in table(whole, "disagreements").rows)


def test_the_real_graph_is_counted_whole(whole: Quality, real: Graph) -> None:
    """Claims and sources are as many as the graph says; the share in the summary is that of the table."""
    counts = real.counts()
    terms = table(whole, "terms").total or {}

    assert [counts["claims"]] * 5 == [table.total["number"] for table in whole.tables if table.total]
    assert counts["sources"] == sum(int(row["number"] or 0) for row in table(whole, "sources").rows)
    assert whole.restricted == int(terms["restricted"] or 0) / counts["claims"]


def test_every_kind_of_the_real_graph_has_a_name(whole: Quality) -> None:
    """Readers see no short name."""
    names = {cell for table in whole.tables for row in table.rows for cell in row.values() if isinstance(cell, str)}

    assert set() == names - whole.labels.keys()


def test_derived_triples_change_nothing() -> None:
    """The report on a graph with derived triples is that without them."""
    plain, derived = (load(HERE / "graph" / "data", derived=derived) for derived in (False, True))

    assert render(quality(plain, DAY), "json") == render(quality(derived, DAY), "json")


def test_a_release_holds_the_report(miniature: Graph, tmp_path: Path) -> None:
    """For people and for machines, in a part of its own, which counts no answers."""
    summary = publish(miniature, tmp_path / "dist", only=["quality"], as_of=DAY)
    report = quality(miniature, DAY)

    files = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "dist" / "quality").iterdir()}
    assert files == {f"quality.{form}": render(report, form) for form in ("json", "md")}
    assert (0, 3) == (summary.answers, summary.published)


def test_the_command_prints_the_report(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As of the day of the release, in the format asked for; it is no error whatever it says."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")
    codes = [run(["check", "--report", *arguments]) for arguments in ([], ["--format", "json"])]
    out = capsys.readouterr().out

    assert [0, 0] == codes
    assert out.startswith("Quality of the graph on 2025-10-09\n")
    assert "2025-10-09" == json.loads(out[out.index("\n{") :])["asOf"]


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [(["data/state/KZ.ttl"], "Leave the paths out."), (["--format", "sarif"], "Write text or json or md.")],
)
def test_the_command_refuses_what_the_report_is_not(
    arguments: list[str], advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is about the whole graph, and no list of findings."""
    assert 2 == run(["check", "--report", *arguments])
    assert advice in capsys.readouterr().err


def test_an_unknown_format_gets_the_nearest(invented: Quality) -> None:
    """A misspelt format is wrong usage."""
    with pytest.raises(UsageError, match=r"no format 'jsno'\. Write json\."):
        render(invented, "jsno")
