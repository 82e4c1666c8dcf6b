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

from cami_kg.errors import CamiError, UsageError

if TYPE_CHECKING:
    from cami_kg.graph import Graph
    from cami_kg.query.results import Answer
    from cami_kg.query.saved import Parameter, SavedQuery


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
    click.echo(render(quality(graph, release_date(graph)), form, width=_width()), nl=False)
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


class _Query(click.Command):
    """`cami query`, with an option for each parameter of the query that is asked."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.obj = _asked(args)
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        params = ctx.obj.params.values() if ctx.obj else ()
        return super().get_params(ctx) + [_option(parameter) for parameter in params if parameter.name != "asOf"]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if ctx.obj is None or not ctx.obj.summary:
            return super().format_help_text(ctx, formatter)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(f"{ctx.obj.summary} {ctx.obj.description}".strip())
        return None


def _asked(args: list[str]) -> SavedQuery | None:
    """Read the query that the arguments name: by `--file`, or as the first that is no option and no option's value."""
    from cami_kg.home import home
    from cami_kg.query.saved import SavedQuery, find

    rest = iter(args)
    name = None
    for arg in rest:
        option, equals, value = arg.partition("=")
        if not arg.startswith("--"):
            name = name or arg
        elif option not in ("--", "--help"):
            value = value if equals else next(rest, "")
            if option == "--file" and value:
                return SavedQuery.read(Path(value))
    return find(home(), name) if name else None


_VALUE = "value_"  # sets a query's parameters apart from the command's own, such as NAME


def _option(parameter: Parameter) -> click.Option:
    example = f", such as {parameter.example}" if parameter.example else ""
    help_text = f"{parameter.kind}{example}{' (required)' if parameter.required else ''}; may be given several times."
    names = dict.fromkeys((parameter.option, f"--{parameter.name}"))
    return click.Option([*names, _VALUE + parameter.name], multiple=True, metavar="VALUE", help=help_text)


@cami.command(cls=_Query, options_metavar="[OPTIONS] [--PARAMETER VALUE]...")
@click.argument("name", required=False)
@click.option("--as-of", metavar="DATE", help="The law and the state of the world on this date; today by default.")
@click.option("--format", "form", metavar="table|csv|tsv|json|xml|md|ttl", help="How to write the answer.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to this file.")
@click.option("--file", "file", metavar="F.rq", help="Ask the query in this file.")
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
    lang: str,
    **values: tuple[str, ...],
) -> None:
    """Ask a saved query; without a name, list all of them.

    Example: cami query range-states-of-species --species saiga
    """
    asked: SavedQuery | None = context.obj
    if asked is None:
        return click.echo(_listed(), nl=False)
    if file and name:
        raise UsageError("Both a name and a file were given.", hint="Ask for one of them.")
    from cami_kg.graph import load
    from cami_kg.query import run as ask

    if file:
        _let_interrupt()
    graph, words = load(), {key.removeprefix(_VALUE): given for key, given in values.items() if given}
    answer = ask(graph, asked, words, as_of)
    _warn_of_other_concepts(graph, asked, words)
    if answer.as_of and answer.as_of.isoformat() != as_of:
        _advise(f"As of {answer.as_of}." + ("" if as_of else " Another day: --as-of DATE."))
    _write(_rendered(answer, form, lang, output), output)
    return None


def _warn_of_other_concepts(graph: Graph, asked: SavedQuery, words: dict[str, tuple[str, ...]]) -> None:
    """Say where a list means other animals by a name that was given than the taxon that was asked about."""
    from cami_kg.query.names import caveat

    for name, given in words.items():
        if asked.params[name].kind == "dwc:Taxon":
            for note in filter(None, (caveat(graph, word) for word in given)):
                _advise(note)


def _rendered(answer: Answer, form: str | None, lang: str, output: Path | None) -> bytes:
    from cami_kg.query.results import render

    form = form or ("ttl" if answer.makes_triples else "table")
    width = None if output else _width()
    text = render(answer, form, lang=lang, width=width)
    if form in ("table", "md") and not answer.rows:
        _advise("No rows.")
    return text.encode()


def _width() -> int | None:
    """Return how wide the terminal is, or None where the output goes elsewhere."""
    if (columns := os.environ.get("COLUMNS", "")).isdecimal():
        return int(columns)
    return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else None


def _write(content: bytes, output: Path | None) -> None:
    """Print, or write a file whole or not at all."""
    if output is None:
        return click.echo(content, nl=False)
    new = output.with_name(f".{output.name}.{os.getpid()}.new")
    try:
        new.write_bytes(content)
        new.replace(output)
    except OSError as error:
        raise CamiError(f"The answer cannot be written: {error.strerror}.", where=output) from None
    finally:
        new.unlink(missing_ok=True)
    return None


def _let_interrupt() -> None:
    """Let Ctrl-C end the process at once: a running query does not see Python's handler."""
    import signal
    import threading

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def _listed() -> str:
    """Return the saved queries with their summaries and parameters."""
    from cami_kg.home import home
    from cami_kg.query.saved import catalogue

    lines = []
    for saved in catalogue(home()):
        lines += [saved.name, f"    {saved.summary}"]
        for parameter in saved.params.values():
            needed = f"such as {parameter.example}" if parameter.required else "optional"
            lines.append(f"    {parameter.option} ({parameter.kind}, {needed})")
    return "\n".join(lines) + "\n"


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

    click.echo(show(load(), thing, as_of, lang).text(_width()).encode(), nl=False)


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

    progress("check")
    report = check(graph)
    if not report.conforms:
        raise CamiError("The graph has errors, so nothing was published.", hint="Run cami check, and mend them.")
    return len(report.findings)
