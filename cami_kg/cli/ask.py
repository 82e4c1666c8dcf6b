"""For those who ask: `cami query`, `cami show`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cami_kg.cli import complete, terminal
from cami_kg.cli.options import CITATIONS, CITE_HELP, LANG, OUTPUT, VALUE, QueryCommand
from cami_kg.cli.terminal import advise
from cami_kg.errors import UsageError

if TYPE_CHECKING:
    from cami_kg.graph import Graph
    from cami_kg.query.results import Answer
    from cami_kg.query.saved import SavedQuery


@click.command(cls=QueryCommand, options_metavar="[OPTIONS] [--PARAMETER VALUE]...")
@click.argument("name", required=False, shell_complete=complete.queries)
@click.option("--as-of", metavar="DATE", help="The law and the state of the world on this date; today by default.")
@click.option(
    "--format",
    "form",
    shell_complete=complete.listed,
    metavar="table|csv|tsv|json|xml|md|html|ttl|geojson|parquet",
    help="How to write the answer.",
)
@OUTPUT
@click.option("--file", "file", type=click.Path(), metavar="F.rq", help="Ask the query in this file.")
@click.option("--endpoint", metavar="URL", help="Ask the SPARQL endpoint at this address instead of the graph here.")
@click.option("--timeout", type=float, metavar="S", help="How many seconds the endpoint may take; 60 by default.")
@click.option("--cite", shell_complete=complete.listed, metavar=f"[{'|'.join(CITATIONS)}]", help=CITE_HELP)
@click.option("--search", metavar="WORDS", help="Find queries and things by these words, English or Russian.")
@LANG
@click.pass_context
def query(
    context: click.Context,
    /,
    name: str | None,
    as_of: str | None,
    form: str | None,
    output: Path | None,
    file: str | None,
    endpoint: str | None,
    timeout: float | None,
    cite: str | None,
    search: str | None,
    lang: str,
    **values: tuple[str, ...],
) -> None:
    """Ask a saved query; without a name, list all of them.

    Example: cami query range-states-of-species --species saiga
    """
    asked: SavedQuery | None = context.obj
    if search is not None:
        return _search(search, name, lang)
    if asked is None:
        return click.echo(_contents(), nl=False)
    if file and name:
        raise UsageError("Both a name and a file were given.", hint="Ask for one of them.")
    from cami_kg.graph import load
    from cami_kg.query import run as ask

    if file:
        terminal.let_interrupt()
    graph, words = load(), {key.removeprefix(VALUE): given for key, given in values.items() if given}
    if endpoint is None and timeout is not None:
        raise UsageError("--timeout is for an endpoint.", hint="Give --endpoint too.")
    answer = ask(graph, asked, words, as_of, endpoint, timeout)
    _warn_of_other_concepts(graph, asked, words)
    _tell_dates(answer, as_of)
    form = form or ("ttl" if answer.makes_triples else "table")
    content = _rendered(answer, form, lang, output)
    terminal.write(content + _cited(answer, form, cite).encode() if cite else content, output)
    return None


def _tell_dates(answer: Answer, as_of: str | None) -> None:
    """Say for which dates the answer is: the one of the law unless it was given so, and that of knowledge."""
    told = [f"as of {answer.as_of}"] if answer.as_of and answer.as_of.isoformat() != as_of else []
    told += [f"known by {day.value}" for day in answer.bound.get("knownBy", ())]
    if told:
        other = " Another day: --as-of DATE." if answer.as_of and not as_of else ""
        advise(f"{'; '.join(told).capitalize()}.{other}")


def _search(words: str, more: str | None, lang: str) -> None:
    from cami_kg.graph import load
    from cami_kg.query.search import search

    if more:
        raise UsageError(f"{more[:60]!r} is not part of the words to search for.", hint="Write all words in quotes.")
    if found := str(search(load(), words, lang)):
        return click.echo(found.encode(), nl=False)
    return advise("Nothing was found. Try fewer or other words; `cami query` lists all queries.")


def _contents() -> str:
    from cami_kg.home import home
    from cami_kg.query.saved import contents

    return contents(home())


def _warn_of_other_concepts(graph: Graph, asked: SavedQuery, words: dict[str, tuple[str, ...]]) -> None:
    """Say where a list means other animals by a name that was given than the taxon that was asked about."""
    from cami_kg.query.names import caveat

    for name, given in words.items():
        if asked.params[name].kind == "dwc:Taxon":
            for note in filter(None, (caveat(graph, word) for word in given)):
                advise(note)


def _cited(answer: Answer, form: str, cite_form: str) -> str:
    """Return what follows the rows to cite them; where that would spoil the format, say it on stderr."""
    from cami_kg.query.cite import cite, render
    from cami_kg.query.day import release_date

    text = render(cite(answer, release_date(answer.graph)), cite_form, markdown=form == "md")
    if form in ("table", "md"):
        return "\n" + text
    advise(text.rstrip())
    return ""


def _rendered(answer: Answer, form: str, lang: str, output: Path | None) -> bytes:
    from cami_kg.query.results import is_empty, rendered

    if form == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError("Parquet is not for a terminal.", hint="Give --output FILE, or send it through a pipe.")
    width = None if output else terminal.width()
    content = rendered(answer, form, lang=lang, width=width)
    if not answer.rows if answer.has_read_rows else is_empty(content.decode(), form):
        _explain(answer, lang)
    return content


def _explain(answer: Answer, lang: str) -> None:
    from cami_kg.query.explain import explain, explain_elsewhere

    why = explain_elsewhere(answer, lang) if answer.endpoint else str(explain(answer, lang))
    return advise("\n".join(filter(None, ("No rows.", why))))


@click.command()
@click.argument("thing", shell_complete=complete.values("rdfs:Resource"))
@click.option("--as-of", metavar="DATE", help="Only claims that hold on this date.")
@LANG
def show(thing: str, as_of: str | None, lang: str) -> None:
    """Show everything about one thing, with its sources.

    Example: cami show saiga
    """
    from cami_kg.graph import load
    from cami_kg.show import show

    click.echo(show(load(), thing, as_of, lang).text(terminal.width()).encode(), nl=False)
