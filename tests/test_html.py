"""Answers as pages: valid, labelled, and nothing in the data comes to life."""

from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cami_kg.graph import Graph
from cami_kg.page import web
from cami_kg.query import ask
from cami_kg.query import run as ask_file
from cami_kg.query.results import Answer, render
from cami_kg.query.saved import SavedQuery

HOSTILE = """<script>alert(1)</script><img src=x onerror=alert(1)>" onmouseover="alert(1)"""
ELEMENTS = {"a", "body", "code", "div", "footer", "h1", "head", "html", "main", "meta", "p", "style", "table"}
ELEMENTS |= {"tbody", "td", "th", "thead", "title", "tr"}


class Reader(HTMLParser):
    """Reads a page: its elements with their attributes, its text, and whether they close in order."""

    VOID = frozenset(("meta",))

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        """Remember an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        """Hold that it is the one opened last."""
        assert self._open.pop() == tag

    def handle_data(self, data):
        """Gather the text."""
        self.text += data


def answered(graph: Graph, *values: str) -> Answer:
    """Answer a query that only says these values."""
    text = f"SELECT ?value WHERE {{ VALUES ?value {{ {' '.join(values)} }} }}"
    return ask_file(graph, SavedQuery(HOSTILE, Path("test.rq"), text, summary=HOSTILE))


def test_a_page_has_a_title_a_language_and_a_cell_for_every_row(miniature: Graph) -> None:
    """The columns are headers for who listens to the page; what is said in the language asked for is marked so."""
    answer = ask(miniature, "species", {})
    page = Reader(render(answer, "html", lang="ru"))
    names = [tag for tag, _ in page.elements]
    labels = answer.labels("ru")

    assert ("html", {"lang": "en"}) in page.elements
    assert ("tbody", {"lang": "ru"}) in page.elements
    assert names.count("title") == names.count("h1") == 1
    assert names.count("tr") == 1 + len(set(answer.rows))
    assert {attributes.get("scope") for tag, attributes in page.elements if tag == "th"} == {"col"}
    assert [row for row in answer.rows if labels[row[0].value] not in page.text] == []


def test_a_page_says_for_which_day_and_from_which_data(miniature: Graph) -> None:
    """So that it can be asked again."""
    from cami_kg.version import data_hash

    page = Reader(render(ask(miniature, "range-states", {}, as_of=date(2016, 1, 1)), "html"))

    assert "As of 2016-01-01." in page.text
    assert data_hash(miniature) in page.text


def test_nothing_in_the_data_comes_to_life(miniature: Graph) -> None:
    """Markup stays text, and only web addresses are links."""
    literal = HOSTILE.replace('"', '\\"')
    answer = answered(
        miniature, f'"{literal}"', "<javascript:alert(1)>", "<data:text/html,x>", "<https://example.org/>"
    )
    for made in (render(answer, "html"), answer._repr_html_()):
        page = Reader(made)
        links = [attributes for tag, attributes in page.elements if tag == "a"]

        assert HOSTILE in page.text
        assert {tag for tag, _ in page.elements} <= ELEMENTS
        assert [{"href": "https://example.org/"}] == links
        assert [
            attributes for _, attributes in page.elements if any(name.startswith("on") for name in attributes)
        ] == []


def test_an_empty_answer_says_so(miniature: Graph) -> None:
    """It is a whole page without a table."""
    page = Reader(render(answered(miniature), "html"))

    assert "No rows." in page.text
    assert "table" not in [tag for tag, _ in page.elements]


def test_a_notebook_shows_the_first_rows_and_says_how_many_more(miniature: Graph) -> None:
    """Fifty of sixty."""
    page = Reader(answered(miniature, *map(str, range(60)))._repr_html_())

    assert [tag for tag, _ in page.elements].count("tr") == 1 + 50
    assert "10 more rows are not shown." in page.text


@pytest.mark.parametrize("address", ["javascript:x", "https://a b", "https://a\nb", "//a", "mailto:a", "HTTPS", ""])
def test_only_web_addresses_are_addresses(address: str) -> None:
    """Everything else is text."""
    assert not web(address)
    assert web("http://example.org/a?b=c#d")
