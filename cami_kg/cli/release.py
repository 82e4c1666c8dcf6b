"""For those who publish: `cami publish`, `cami push`, `cami diff`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cami_kg.cli import complete
from cami_kg.cli.options import LANG, OUTPUT
from cami_kg.cli.terminal import advise, write
from cami_kg.errors import CamiError

if TYPE_CHECKING:
    from cami_kg.graph import Graph


@click.command()
@click.option("--out", default="dist", type=click.Path(file_okay=False, path_type=Path), help="The folder to write.")
@click.option(
    "--only",
    multiple=True,
    shell_complete=complete.parts,
    metavar="WHAT",
    help="Only this part; may be given several times.",
)
def publish(out: Path, only: tuple[str, ...]) -> None:
    """Check the graph, then write the release: dumps, checksums, answers of the saved queries, quality report.

    A graph with errors is not published. With --only nothing is checked.

    Example: cami publish --out dist
    """
    from cami_kg.graph import load
    from cami_kg.publish import publish

    progress = advise if sys.stderr.isatty() else lambda _: None
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
        advise(render(report, "text").rstrip())
        raise CamiError("The graph has errors, so nothing was published.", hint="Mend them.")
    return len(report.findings)


@click.command()
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

    progress = advise if sys.stderr.isatty() else lambda _: None
    done = push(load(), endpoint, store, seconds=timeout, progress=progress)
    click.echo(f"{done.graphs} graphs, {done.triples} triples; {done.sent} graphs sent, the others were there.")
    for name in done.strangers:
        advise(f"{name} is there too, and no part of this graph; it was left alone.")
    if not done.union:
        advise(UNION_ADVICE)
    return 0 if done.union else 1


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--format", "form", default="md", type=click.Choice(["md", "json", "html"]), help="How to write the notes."
)
@OUTPUT
@LANG
def diff(old: str, new: str, form: str, output: Path | None, lang: str) -> int:
    """Write change notes: what differs between two states of the graph. Exit code 1: a published IRI vanished.

    OLD and NEW are each a folder, a dump, a release, an archive of one of these, or a git revision.

    Example: cami diff HEAD~3 HEAD
    """
    from cami_kg.diff import FORMATS, diff, read

    found = diff(read(old), read(new), lang)
    write(FORMATS[form](found).encode(), output)
    if found.vanished:
        advise(f"{len(found.vanished)} published IRIs vanished, such as {found.vanished[0]}; deprecate them instead.")
    return 1 if found.vanished else 0
