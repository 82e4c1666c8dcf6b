"""The terminal and the files that a command writes to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from cami_kg.errors import CamiError


def width() -> int | None:
    """Return how wide the terminal is, or None where the output goes elsewhere."""
    if (columns := os.environ.get("COLUMNS", "")).isdecimal():
        return int(columns)
    return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else None


def advise(message: str) -> None:
    """Say something that is no result."""
    click.echo(message, err=True)


def write(content: bytes, output: Path | None) -> None:
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


def let_interrupt() -> None:
    """Let Ctrl-C end the process at once: a running query does not see Python's handler."""
    import signal
    import threading

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_DFL)
