"""The text of a SPARQL query: its words, its braces, and the `VALUES ?name { … }` lines that parameters are bound in.

Nothing here understands SPARQL. It knows just enough, namely strings, IRIs, comments and names, never to take for a
brace what stands inside one of those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

Term = ox.NamedNode | ox.Literal
"""What a parameter may be bound to."""

Cell = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None
"""What may stand in a row of an answer; None where nothing is bound."""

DEEPEST = 100
"""How deep brackets may nest; the engine's parser would overflow its stack at some two thousand."""

LONGEST = 100_000
"""How many characters a query may have."""

_TOKEN = re.compile(
    r"""
    (?P<blank>   \s+ | \#[^\n\r]* )
  | (?P<iri>     <(?: [^<>"{}|^`\\\x00-\x20] | \\u[0-9A-Fa-f]{4} | \\U[0-9A-Fa-f]{8} )*> )
  | (?P<string>  \"{3}(?: \"{0,2}(?: [^"\\] | \\. ) )*\"{3} | '{3}(?: '{0,2}(?: [^'\\] | \\. ) )*'{3}
               | "(?: [^"\\\n\r] | \\. )*" | '(?: [^'\\\n\r] | \\. )*' )
  | (?P<word>    [?$]\w+ | @[A-Za-z]+(?: -\w+ )*
               | (?: \w [\w.-]* )?: (?: [\w:.%-] | \\[_~.\-!$&'()*+,;=/?\#@%] )* (?<!\.) | \w+ )
  | (?P<mark>    <= | >= | != | && | \|\| | \^\^ | . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a query: `kind` is iri, string, word or mark; `start` and `end` count characters from 0."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def keyword(self) -> str:
        """The word in capitals if it may be a keyword or function, else an empty string."""
        return self.text.upper() if self.kind == "word" and self.text[0].isalpha() and ":" not in self.text else ""

    @property
    def variable(self) -> str:
        """The name of the variable, without `?` or `$`, or an empty string."""
        return self.text[1:] if self.kind == "word" and self.text[0] in "?$" else ""


class ValuesLine(NamedTuple):
    """One `VALUES ?name { … }`: `start` to `end` is all of it, `inner` what stands between the braces."""

    name: str
    start: int
    end: int
    inner: tuple[Token, ...]
    opened: int
    closed: int

    @property
    def optional(self) -> bool:
        """Whether it holds `UNDEF`, so that callers may leave the parameter out."""
        return [token.keyword for token in self.inner] == ["UNDEF"]


@lru_cache(maxsize=16)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the pieces of a query in order, without blanks and comments."""
    return tuple(
        Token(match.lastgroup or "mark", match.group(), match.start(), match.end())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "blank"
    )


def depth(text: str) -> int:
    """Return how deep brackets of any kind nest."""
    deepest = level = 0
    for token in tokens(text):
        if token.kind == "mark" and token.text in "({[":
            deepest = max(deepest, level := level + 1)
        elif token.kind == "mark" and token.text in ")}]":
            level -= 1
    return deepest


def values_lines(text: str) -> list[ValuesLine]:
    """Return every `VALUES` of a single variable, in the order of the text."""
    found, pieces = [], tokens(text)
    for at, token in enumerate(pieces[:-3]):
        name, brace = pieces[at + 1], pieces[at + 2]
        if token.keyword == "VALUES" and name.variable and brace.text == "{":
            inner = _until_closed(pieces, at + 3)
            if (last := at + 3 + len(inner)) < len(pieces):
                close = pieces[last]
                found.append(ValuesLine(name.variable, token.start, close.end, inner, brace.end, close.start))
    return found


def _until_closed(pieces: Sequence[Token], start: int) -> tuple[Token, ...]:
    end = start
    while end < len(pieces) and not (pieces[end].kind == "mark" and pieces[end].text == "}"):
        end += 1
    return tuple(pieces[start:end])


def whole_line(text: str, line: ValuesLine) -> tuple[int, int] | None:
    """Return where the line of a `VALUES` starts and ends, or None if something else but a comment stands on it."""
    start = text.rfind("\n", 0, line.start) + 1
    end = text.find("\n", line.end) + 1 or len(text)
    before, after = text[start : line.start], text[line.end : end].strip()
    alone = not before.strip() and (not after or after.startswith("#")) and "\n" not in text[line.start : line.end]
    return (start, end) if alone else None


def bind(text: str, values: Mapping[str, Sequence[Term]]) -> str:
    """Return the query with the terms of each parameter between its braces.

    A parameter with an empty sequence is let go: its lines are deleted.
    """
    for line in reversed(values_lines(text)):
        terms = values.get(line.name)
        if terms:
            text = f"{text[: line.opened]} {' '.join(map(written, terms))} {text[line.closed :]}"
        elif terms is not None and (span := whole_line(text, line)):
            text = text[: span[0]] + text[span[1] :]
    return text


def written(term: Term) -> str:
    r"""Return a term as SPARQL text, serialised by pyoxigraph.

    Some engines undo `\uXXXX` before they parse. So that they read the same value, escapes have the long form, which
    takes no digits of the value for its own, and a `u` after a backslash of the value is an escape itself.
    """
    return _ESCAPE.sub(_long_escape, str(term)) if isinstance(term, ox.Literal) else str(term)


_ESCAPE = re.compile(r"\\(?:u([0-9A-F]{4})|\\([uU])|.)")


def _long_escape(escape: re.Match[str]) -> str:
    if code := escape[1]:
        return f"\\U0000{code}"
    return f"\\\\\\U{ord(escape[2]):08X}" if escape[2] else escape[0]
