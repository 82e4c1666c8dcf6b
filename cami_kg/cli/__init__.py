"""The command `cami`: arguments in, the function of the same name, printing out.

Heavy modules are imported inside the commands: whoever asks a question does not wait for the tools of the editor.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from cami_kg.cli import ask, edit, release
from cami_kg.errors import CamiError


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
    except SystemExit as done:  # how click ends when it has completed a line
        return done.code if isinstance(done.code, int) else 1


def _complain(message: str, code: int, start: str = "cami: ") -> int:
    click.echo(start + message, err=True)
    return code


def _print_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from cami_kg.graph import load
    from cami_kg.query.day import release_date
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


for command in (edit.check, edit.format_, edit.new, ask.query, ask.show, release.publish, release.push, release.diff):
    cami.add_command(command)
