"""The command `cami`: arguments in, the function of the same name, printing out.

Heavy modules are imported inside the commands: whoever asks a question does not wait for the tools of the editor.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cami_kg import terminal
from cami_kg.errors import CamiError, UsageError
from cami_kg.options import CITATIONS, CITE_HELP, VALUE, QueryCommand

if TYPE_CHECKING:
    from cami_kg.graph import Graph
    from cami_kg.query.results import Answer
    from cami_kg.query.saved import SavedQuery


def main() -> None:
    """Run the command of this process and end it.

    The process ends without taking Python and the graph apart first, which takes as long as answering.
    """
    code = run()
    sys.stderr.flush()
    os._exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 something is wrong, 2 wrong usage."""
    try:
        code = cami.main(arguments, prog_name="cami", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except CamiError as error:
        return _complain(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        return _complain(error.format_message(), 2, start="")
    except click.ClickException as error:
        return _complain(error.format_message(), error.exit_code)
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _complain(f"{error.filename or 'The output'}: {error.strerror}.", 1)
    except click.Abort:
        return 130


def _complain(message: str, code: int, start: str = "cami: ") -> int:
    click.echo(start + message, err=True)
    return code


def _advise(message: str) -> None:
    """Say something that is no result."""
    click.echo(message, err=True)


def _print_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from cami_kg.graph import load
    from cami_kg.publish.answers import release_date
    from cami_kg.version import code_version, data_hash

    graph = load()
    click.echo(f"cami-kg {code_version()}")
    click.echo(f"data {release_date(graph)}, {len(graph.files)} files, {len(graph)} triples")
    click.echo(f"data sha256 {data_hash(graph)}")
    context.exit()


@click.group()
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show code and data."
)
def cami() -> None:
    """Check, ask and publish the knowledge graph of the Central Asian Mammals Initiative."""


@cami.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--format",
    "form",
    default="text",
    metavar="text|json|sarif|md",
    help="How to write it; md only with --report, sarif only without.",
)
@click.option("--report", is_flag=True, help="Count sources, licences, labels and links instead, for the whole graph.")
def check(paths: tuple[Path, ...], form: str, report: bool) -> int:
    """Check the graph, or only the files and folders named, and say what to write instead.

    Example: cami check data/species/saiga.ttl
    """
    if report:
        return _report(paths, form)
    from cami_kg.check import check
    from cami_kg.check.report import render, wants_colour
    from cami_kg.graph import load

    if sys.stderr.isatty():
        _advise("Checking …")
    found = check(load(tolerant=True), paths or None)
    click.echo(render(found, form, colour=wants_colour(sys.stdout)), nl=False)
    return 0 if found.conforms else 1


def _report(paths: tuple[Path, ...], form: str) -> int:
    """Print the quality report; a warning in it is no error."""
    from cami_kg.graph import load
    from cami_kg.publish.answers import release_date
    from cami_kg.quality import quality, render

    if paths:
        raise UsageError("The quality report is about the whole graph.", hint="Leave the paths out.")
    graph = load()
    click.echo(render(quality(graph, release_date(graph)), form, width=terminal.width()), nl=False)
    return 0


@cami.command("format")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--check", is_flag=True, help="Change nothing; list the files that are not in form, and exit with 1.")
def format_(paths: tuple[Path, ...], check: bool) -> int:
    """Bring Turtle files into their one form.

    Example: cami format data/species/saiga.ttl
    """
    from cami_kg.errors import shown
    from cami_kg.turtle import format_paths

    changed = format_paths(paths, check=check)
    for path in changed:
        click.echo(shown(path))
    if check and changed:
        _advise(f"{len(changed)} not in form; run cami format.")
    return 1 if check and changed else 0


@cami.command()
@click.argument("kind", metavar="species|instrument|source|query")
@click.argument("name")
def new(kind: str, name: str) -> None:
    """Start a species, instrument, source or query, and say what to do next.

    Example: cami new species "Menzbier's marmot"
    """
    from cami_kg.home import home
    from cami_kg.new import new

    click.echo(new(kind, name, home()).advice)


@cami.command(cls=QueryCommand, options_metavar="[OPTIONS] [--PARAMETER VALUE]...")
@click.argument("name", required=False)
@click.option("--as-of", metavar="DATE", help="The law and the state of the world on this date; today by default.")
@click.option("--format", "form", metavar="table|csv|tsv|json|xml|md|ttl", help="How to write the answer.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to this file.")
@click.option("--file", "file", metavar="F.rq", help="Ask the query in this file.")
@click.option("--endpoint", metavar="URL", help="Ask the SPARQL endpoint at this address instead of the graph here.")
@click.option("--timeout", type=float, metavar="S", help="How many seconds the endpoint may take; 60 by default.")
@click.option("--cite", metavar=f"[{'|'.join(CITATIONS)}]", help=CITE_HELP)
@click.option("--search", metavar="WORDS", help="Find queries and things by these words, English or Russian.")
@click.option("--lang", default="en", metavar="LANG", help="The language of labels, such as ru.")
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
    if answer.as_of and answer.as_of.isoformat() != as_of:
        _advise(f"As of {answer.as_of}." + ("" if as_of else " Another day: --as-of DATE."))
    form = form or ("ttl" if answer.makes_triples else "table")
    text = _rendered(answer, form, lang, output)
    terminal.write((text + _cited(answer, form, cite) if cite else text).encode(), output)
    return None


def _search(words: str, more: str | None, lang: str) -> None:
    from cami_kg.graph import load
    from cami_kg.query.search import search

    if more:
        raise UsageError(f"{more[:60]!r} is not part of the words to search for.", hint="Write all words in quotes.")
    if found := str(search(load(), words, lang)):
        return click.echo(found.encode(), nl=False)
    return _advise("Nothing was found. Try fewer or other words; `cami query` lists all queries.")


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
                _advise(note)


def _cited(answer: Answer, form: str, cite_form: str) -> str:
    """Return what follows the rows to cite them; where that would spoil the format, say it on stderr."""
    from cami_kg.publish.answers import release_date
    from cami_kg.query.cite import cite, render

    text = render(cite(answer, release_date(answer.graph)), cite_form, markdown=form == "md")
    if form in ("table", "md"):
        return "\n" + text
    _advise(text.rstrip())
    return ""


def _rendered(answer: Answer, form: str, lang: str, output: Path | None) -> str:
    from cami_kg.query.results import is_empty, render

    width = None if output else terminal.width()
    text = render(answer, form, lang=lang, width=width)
    if not answer.rows if form in ("table", "md") else is_empty(text, form):
        _explain(answer, lang)
    return text


def _explain(answer: Answer, lang: str) -> None:
    if answer.endpoint:  # the graph here does not say why another has nothing
        return _advise("No rows.")
    from cami_kg.query.explain import explain

    return _advise("\n".join(filter(None, ("No rows.", str(explain(answer, lang))))))


@cami.command()
@click.argument("thing")
@click.option("--as-of", metavar="DATE", help="Only claims that hold on this date.")
@click.option("--lang", default="en", metavar="LANG", help="The language of labels, such as ru.")
def show(thing: str, as_of: str | None, lang: str) -> None:
    """Show everything about one thing, with its sources.

    Example: cami show saiga
    """
    from cami_kg.graph import load
    from cami_kg.show import show

    click.echo(show(load(), thing, as_of, lang).text(terminal.width()).encode(), nl=False)


@cami.command()
@click.option("--out", default="dist", type=click.Path(file_okay=False, path_type=Path), help="The folder to write.")
@click.option("--only", multiple=True, metavar="WHAT", help="Only this part; may be given several times.")
def publish(out: Path, only: tuple[str, ...]) -> None:
    """Check the graph, then write the release: dumps, checksums, answers of the saved queries, quality report.

    A graph with errors is not published. With --only nothing is checked.

    Example: cami publish --out dist
    """
    from cami_kg.graph import load
    from cami_kg.publish import publish

    progress = _advise if sys.stderr.isatty() else lambda _: None
    graph = load()
    findings = None if only else _findings(graph, progress)
    summary = publish(graph, out, only or None, findings=findings, progress=progress)
    checked = "not checked" if findings is None else f"{findings} findings"
    click.echo(
        f"{summary.files} files, {summary.triples} triples, {summary.claims} claims, {summary.sources} sources, "
        f"{checked}; {summary.answers} answers; "
        f"published {summary.published} files ({summary.bytes / 1e6:.1f} MB) in {out}"
    )


def _findings(graph: Graph, progress: Callable[[str], None]) -> int:
    """Check the graph and count the findings, which are only warnings; errors are refused."""
    from cami_kg.check import check
    from cami_kg.check.report import render

    progress("check")
    report = check(graph)
    if not report.conforms:
        _advise(render(report, "text").rstrip())
        raise CamiError("The graph has errors, so nothing was published.", hint="Mend them.")
    return len(report.findings)


@cami.command()
@click.argument("endpoint", metavar="ENDPOINT")
@click.option("--store", metavar="URL", help="Where graphs go; …/store by default, if the endpoint is …/query.")
@click.option("--timeout", type=float, metavar="S", help="How many seconds each request may take; 60 by default.")
def push(endpoint: str, store: str | None, timeout: float | None) -> int:
    """Load the graph into a triple store by the Graph Store Protocol, and count it there.

    What is there already is not sent again, so a push that was broken off goes on where it stopped.

    Example: cami push http://localhost:7878/query
    """
    from cami_kg.graph import load
    from cami_kg.publish.push import UNION_ADVICE, push

    progress = _advise if sys.stderr.isatty() else lambda _: None
    done = push(load(), endpoint, store, seconds=timeout, progress=progress)
    click.echo(f"{done.graphs} graphs, {done.triples} triples; {done.sent} graphs sent, the others were there.")
    for name in done.strangers:
        _advise(f"{name} is there too, and no part of this graph; it was left alone.")
    if not done.union:
        _advise(UNION_ADVICE)
    return 0 if done.union else 1
