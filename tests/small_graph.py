"""An invented graph and saved queries, in a folder of a test's own, for what happens around answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cami_kg.graph import Graph, load
from cami_kg.home import Home
from cami_kg.query.results import Answer
from cami_kg.terms import prefixes

_PREFIXES = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes().items())

_FILES = {
    "species/dune-hopper.ttl": """
        species:dune-hopper a dwc:Taxon ; skos:prefLabel "dune hopper"@en , "дюнный тушканчик"@ru ;
          skos:altLabel "sand hopper"@en ; dwc:scientificName "Saltator arenae" ;
          cami:confidence confidence:high ; prov:wasDerivedFrom source:old-book ; cami:locator "p. 7" .
        name:dune-hopper-synonym a cami:NameUse ; cami:taxon species:dune-hopper ;
          dwc:scientificName "Saltator vetus" ; prov:wasDerivedFrom source:old-book .
        range:dune-hopper-XA a cami:RangeStatement ; cami:taxon species:dune-hopper ; cami:state state:XA ;
          cami:presence presence:extant ; schema:startDate "2001-05"^^xsd:gYearMonth ; cami:locator "table 2" ;
          cami:confidence confidence:high ; prov:wasDerivedFrom source:new-survey .
        range:dune-hopper-XA-old-book a cami:RangeStatement ; cami:taxon species:dune-hopper ; cami:state state:XA ;
          cami:presence presence:extinct ; cami:confidence confidence:low ; prov:wasDerivedFrom source:old-book .
        range:dune-hopper-XB a cami:RangeStatement ; cami:taxon species:dune-hopper ; cami:state state:XB ;
          cami:presence presence:extant ; schema:endDate "1999"^^xsd:gYear ; cami:confidence confidence:high ;
          prov:wasDerivedFrom source:old-book .
    """,
    "species/ridge-cat.ttl": """
        species:ridge-cat a dwc:Taxon ; skos:prefLabel "ridge cat"@en ; skos:altLabel "sand hopper"@en ;
          dwc:scientificName "Felis crista" .
    """,
    "state/XA.ttl": 'state:XA a cami:State ; skos:prefLabel "Arenia"@en ; dwc:countryCode "XA" .',
    "state/XB.ttl": 'state:XB a cami:State ; skos:prefLabel "Borelia"@en ; dwc:countryCode "XB" .',
    "instrument/hopper-mou.ttl": """
        instrument:hopper-mou a cami:Instrument ; skos:prefLabel "Hopper MOU"@en ; eli:id_local "No. 7" .
        validity:hopper-mou a cami:Validity ; cami:instrument instrument:hopper-mou .
        participation:hopper-mou-XB a cami:Participation ; cami:instrument instrument:hopper-mou ;
          cami:participant state:XB ; cami:supersededBy participation:hopper-mou-XB-late .
        participation:hopper-mou-XB-late a cami:Participation ; cami:instrument instrument:hopper-mou ;
          cami:participant state:XB ; schema:startDate "2020-02-03"^^xsd:date .
    """,
    "source/book.ttl": """
        source:old-book a cami:Source ; dcterms:title "Old Book"@en ; schema:url "https://example.org/old"^^xsd:anyURI .
        source:new-survey a cami:Source ; dcterms:title "New Survey"@en .
    """,
}

# ruff: noqa: E501 - the filter of design stands on one line, as in every saved query
RANGES = """\
#+ summary: Range States of a species.
#+ description: One row per statement. Sources that disagree give several rows.
#+ tags: [species, range]
#+ params: {species: dwc:Taxon, presence: scheme:presence, asOf: xsd:date}

PREFIX cami: <https://w3id.org/cami/ns/>
PREFIX schema: <https://schema.org/>
PREFIX species: <https://w3id.org/cami/id/species/>

SELECT ?species ?state ?presence ?from ?until WHERE {
  VALUES ?species { species:saiga }  # the example
  VALUES ?presence { UNDEF }
  VALUES ?asOf { UNDEF }
  ?claim a cami:RangeStatement ;
    cami:taxon ?species ;
    cami:state ?state ;
    cami:presence ?presence .
  OPTIONAL { ?claim schema:startDate ?from }
  OPTIONAL { ?claim schema:endDate ?until }
  FILTER(!BOUND(?asOf) || ((!BOUND(?from) || STR(?from) <= STR(?asOf)) && (!BOUND(?until) || STR(?asOf) <= CONCAT(STR(?until), "~"))))
}
ORDER BY ?species ?state ?presence ?claim
"""

WORDS = """\
#+ summary: What is given, given back.
#+ params: {text: xsd:string, number: xsd:integer, knownBy: xsd:date, flag: xsd:boolean}

SELECT ?text ?number ?knownBy ?flag WHERE {
  VALUES ?text { "an example } # of \\"text\\"" }
  VALUES ?number { UNDEF }
  VALUES ?knownBy { UNDEF }
  VALUES ?flag { UNDEF }
}
ORDER BY ?text ?number STR(?knownBy) ?flag
"""


def small_graph(folder: Path) -> Graph:
    """Write the invented claims and two queries into a folder, and return their graph with the real ontology."""
    for name, text in _FILES.items():
        path = folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_PREFIXES + text, encoding="utf-8")
    (folder / "queries").mkdir()
    (folder / "queries" / "ranges.rq").write_text(RANGES, encoding="utf-8")
    (folder / "queries" / "words.rq").write_text(WORDS, encoding="utf-8")
    return replace(load(folder / "data"), home=Home(folder, editable=True))


def rows(answer: Answer) -> list[list[str]]:
    """Return the rows of an answer as texts, IRIs by their last part; empty where nothing is bound."""
    return [
        ["" if cell is None else getattr(cell, "value", "").rpartition("/")[2] for cell in row] for row in answer.rows
    ]
