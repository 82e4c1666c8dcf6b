"""For editors: `cami check`, `cami format`, `cami new`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cami_kg.cli import complete, terminal
from cami_kg.cli.terminal import advise
from cami_kg.errors import UsageError


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--format",
    "form",
    shell_complete=complete.listed,
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
        advise("Checking …")
    found = check(load(tolerant=True), paths or None)
    click.echo(render(found, form, colour=wants_colour(sys.stdout)), nl=False)
    return 0 if found.conforms else 1


def _report(paths: tuple[Path, ...], form: str) -> int:
    """Print the quality report; a warning in it is no error."""
    from cami_kg.graph import load
    from cami_kg.quality import quality, render
    from cami_kg.query.day import release_date

    if paths:
        raise UsageError("The quality report is about the whole graph.", hint="Leave the paths out.")
    graph = load()
    click.echo(render(quality(graph, release_date(graph)), form, width=terminal.width()), nl=False)
    return 0


@click.command("format")
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
        advise(f"{len(changed)} not in form; run cami format.")
    return 1 if check and changed else 0


@click.command()
@click.argument("kind", metavar="species|instrument|source|query", shell_complete=complete.listed)
@click.argument("name")
def new(kind: str, name: str) -> None:
    """Start a species, instrument, source or query, and say what to do next.

    Example: cami new species "Menzbier's marmot"
    """
    from cami_kg.home import home
    from cami_kg.new import new

    click.echo(new(kind, name, home()).advice)
