"""The options of `cami query`: its own, and one for each parameter of the query that is asked."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cami_kg.cli import complete
from cami_kg.errors import CamiError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from cami_kg.query.saved import Parameter, SavedQuery

CITATIONS = ("text", "bibtex", "csl")
"""The words that `--cite` may have; without one it means the first."""

CITE_HELP = "Cite the sources and the answer: below a table or md, for other formats on stderr."

LANG = click.option(
    "--lang",
    shell_complete=complete.languages,
    default="en",
    metavar="LANG",
    help="The language of labels, such as ru.",
)

OUTPUT = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to this file."
)

VALUE = "value_"
"""What sets a query's parameters apart from the command's own, such as NAME."""


class QueryCommand(click.Command):
    """`cami query`, with an option for each parameter of the query that is asked."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the query that is named first, as it says which options there are; `--cite` needs no word."""
        follow = zip(args, [*args[1:], ""], strict=False)
        args = ["--cite=text" if arg == "--cite" and then not in CITATIONS else arg for arg, then in follow]
        with suppress(*(CamiError, OSError) if ctx.resilient_parsing else ()):  # a line that is being completed
            ctx.obj = _asked(args)
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own options, and those of the query."""
        params = ctx.obj.params.values() if ctx.obj else ()
        return super().get_params(ctx) + [_option(parameter) for parameter in params if parameter.name != "asOf"]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer options also where nothing is typed yet, as after the name nothing else can come."""
        return super().shell_complete(ctx, incomplete or "--")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the summary of the query instead of that of the command."""
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
            if option == "--search":
                return None
            if option == "--file" and value:
                return SavedQuery.read(Path(value))
    return find(home(), name) if name else None


def _option(parameter: Parameter) -> click.Option:
    example = f", such as {parameter.example}" if parameter.example else ""
    often = "" if parameter.kind == "xsd:date" else "; may be given several times"
    help_text = f"{parameter.kind}{example}{' (required)' if parameter.required else ''}{often}."
    names = dict.fromkeys((parameter.option, f"--{parameter.name}"))
    declared, offered = [*names, VALUE + parameter.name], complete.values(parameter.kind)
    return click.Option(declared, multiple=True, metavar="VALUE", help=help_text, shell_complete=offered)
