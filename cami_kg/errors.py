"""What went wrong, where, and what to do about it.

Every error that a user can cause is a `CamiError` whose text is one clear sentence. The command line prints it and
exits with `exit_code`; a traceback is always a bug.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


class CamiError(Exception):
    """Something in the graph, a file or an answer is wrong (exit code 1).

    Args:
        message: what was expected and what was found, as a sentence.
        where: the file, optionally followed by `:line:column`.
        hint: what to do, as a sentence.
    """

    exit_code = 1

    def __init__(self, message: str, *, where: str | Path | None = None, hint: str | None = None) -> None:
        self.message = message
        self.where = shown(where) if isinstance(where, Path) else where
        self.hint = hint
        place = f"{self.where}: " if self.where else ""
        super().__init__(place + message + (f" {hint}" if hint else ""))


class UsageError(CamiError):
    """The caller asked for something that does not exist: a query, parameter, value, path or prefix (exit code 2)."""

    exit_code = 2


class TurtleError(CamiError):
    """A file is not Turtle.

    Attributes:
        path: the file.
        line, column: where reading stopped, counted from 1.
        problem: what the parser met, without the place.
    """

    def __init__(self, path: Path, line: int, column: int, problem: str) -> None:
        self.path, self.line, self.column, self.problem = path, line, column, problem
        super().__init__(
            f"not Turtle: {problem}.", where=f"{shown(path)}:{line}:{column}", hint=_turtle_advice(problem)
        )


def parse_error(error: SyntaxError, path: Path) -> TurtleError:
    """Return pyoxigraph's complaint about a file as an error that names file, line and column."""
    problem = re.sub(r"^Parser error (at|between) [^:]*: ", "", error.msg).strip().rstrip(".")
    return TurtleError(path, error.lineno or 1, error.offset or 1, problem)


_ADVICE = (
    ("\ufeff", "Save the file as UTF-8 without a byte order mark."),
    (r"dot is expected", "Write a full stop after the statement before this place, or `;` to go on with it."),
    (r"prefix (\S+) has not been declared", r"Write `PREFIX \1 <…>` at the top, or correct the prefix."),
    (r"Unexpected end", 'Close the string, bracket or statement that is still open here: write `"`, `]` or `.`.'),
    (r"code point|No scheme|IRI", "Write a full IRI between `<` and `>`, without spaces."),
    (r"UTF-8", "Save the file as UTF-8."),
    (r"not a valid subject", "Write the IRI of a node first; a string or bracket cannot start a statement."),
    (r"not a valid predicate", "Write a property (or `a`) here; a `;` or `.` is often missing on the line before."),
    (r"not a valid RDF object|not a valid object", "Write an IRI, a string in quotes or a number here."),
)


def _turtle_advice(problem: str) -> str:
    """Return what to write instead, for the complaints people meet."""
    for pattern, advice in _ADVICE:
        if found := re.search(pattern, problem):
            return found.expand(advice)
    return "Correct the text at this place; the mistake may be on the line before."


def nearest(word: str, words: Iterable[str], n: int = 3) -> list[str]:
    """Return at most `n` of `words` that look like `word`, the nearest first; case does not count."""
    import difflib

    by_folded: dict[str, str] = {}
    for candidate in words:
        by_folded.setdefault(candidate.casefold(), candidate)
    return [by_folded[match] for match in difflib.get_close_matches(word.casefold(), by_folded, n=n, cutoff=0.6)]


def shown(path: str | Path) -> str:
    """Return a path as people know it: relative to the current folder if it lies below it, with `/`."""
    absolute, here = Path(path).absolute(), Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()
