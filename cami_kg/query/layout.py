"""Text for a terminal: what may be printed, how wide it is, and tables that fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

_GAP = "  "
_NARROWEST = 8
_READABLE = 12


def plain(text: str) -> str:
    """Return text that is safe to print on one line: blanks run together, other invisible characters as escapes."""
    if text.isprintable():
        return text
    kept = (character if character.isprintable() or character.isspace() else _escape(character) for character in text)
    return " ".join("".join(kept).split())


def _escape(character: str) -> str:
    # The two joiners belong to words of Persian and Mongolian script.
    return character if character in "\u200c\u200d" else ascii(character)[1:-1]


def markdown(text: str) -> str:
    """Return text that Markdown and HTML show as it is, on one line."""
    return re.sub(r"[\\`*_\[\]|~<>&]", _as_text, plain(text))


def _as_text(mark: re.Match[str]) -> str:
    return f"&#{ord(mark.group())};" if mark.group() in "<>&" else "\\" + mark.group()


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], limit: int | None = None) -> str:
    """Return a table; where it would be wider than `limit`, the widest cells go on in the next line.

    Where that would leave columns too narrow to read, each row becomes a record instead.
    """
    natural = widths = [max(map(width, column)) for column in zip(columns, *rows, strict=True)]
    if limit is not None:
        widths = _fitted(natural, limit - len(_GAP) * (len(widths) - 1))
        if rows and widths != natural and max(widths) < _READABLE:
            return records(columns, rows, limit)
    lines = [*_lines(columns, widths), _GAP.join("─" * size for size in widths)]
    for row in rows:
        lines += _lines(row, widths)
    return "".join(line.rstrip() + "\n" for line in lines)


def records(columns: Sequence[str], rows: Sequence[Sequence[str]], limit: int) -> str:
    """Return each row as a block of its own, one line `column  value` for each cell that is not empty."""
    margin = max(map(width, columns)) + len(_GAP)
    lines = []
    for number, row in enumerate(rows, start=1):
        lines.append(f"── {number} ".ljust(min(limit, 40), "─"))
        for column, cell in zip(columns, row, strict=True):
            texts = list(wrap(cell, max(limit - margin, _READABLE))) if cell else []
            lines += [(column if not at else "").ljust(margin) + text for at, text in enumerate(texts)]
    return "".join(line.rstrip() + "\n" for line in lines)


def _fitted(widths: Sequence[int], limit: int) -> list[int]:
    """Return the widths cut to one common size, as large as the limit allows but not below the narrowest."""
    size = max(widths, default=0)
    while size > _NARROWEST and sum(min(width, size) for width in widths) > limit:
        size -= 1
    return [min(width, size) for width in widths]


def _lines(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    wrapped = [list(wrap(cell, size)) for cell, size in zip(cells, widths, strict=True)]
    for number in range(max(map(len, wrapped), default=0)):
        parts = [cell[number] if number < len(cell) else "" for cell in wrapped]
        yield _GAP.join(part + " " * (size - width(part)) for part, size in zip(parts, widths, strict=True))


def wrap(text: str, limit: int, *, whole: bool = False) -> Iterator[str]:
    """Yield the lines of a text, broken between words; words too long for a line are broken too, or stay `whole`."""
    if width(text) <= limit:
        yield text
        return
    line = ""
    for word in text.split(" "):
        if line and width(line) + 1 + width(word) > limit:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
        while not whole and width(line) > limit:
            head = _head(line, limit)
            yield head
            line = line[len(head) :]
    yield line


def _head(text: str, limit: int) -> str:
    """Return as much of the start of a text as fits, at least one character."""
    used = 0
    for number, character in enumerate(text):
        used += _columns(character)
        if used > limit:
            return text[: max(number, 1)]
    return text
