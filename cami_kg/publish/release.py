"""A release as a whole: built beside the old one, sealed with checksums, exchanged with it in one step.

Whatever happens meanwhile (an error, a full disk, `kill -9`), the folder holds the whole old release or the whole new
one. What a killed run leaves lies beside the folder under names that start with a dot; the next run clears it away.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cami_kg.errors import CamiError, shown

if sys.platform != "win32":
    import fcntl

SUMS = "SHA256SUMS"
"""The file with the checksum of every other, in the form of `sha256sum`; a folder with it is a whole release."""

_ADVICE = {
    errno.ENOSPC: ("The disk is full", "Free some space"),
    errno.EDQUOT: ("The disk quota is used up", "Free some space"),
    errno.EROFS: ("The disk can only be read", "Choose another folder with --out"),
    errno.EACCES: ("You may not write there", "Choose another folder with --out"),
    errno.EPERM: ("You may not write there", "Choose another folder with --out"),
    errno.EBUSY: ("The system holds the folder fast (a mounted disk?)", "Choose a folder inside it with --out"),
    errno.ENOTDIR: ("A file is in the way of a folder", "Choose another folder with --out"),
}


@contextmanager
def new_release(out: Path, parts: Iterable[str]) -> Iterator[Path]:
    """Yield a new, empty folder; when the block ends well, it takes the place of `out`.

    Args:
        out: where the release shall stand. What is there must be a release, an empty folder, or nothing.
        parts: the names of the folders that a release may hold.

    Raises:
        CamiError: something else is in `out`, another run is writing it, or the system refuses; `out` is as it was.
    """
    out = Path(os.path.realpath(out))
    fresh, aside = _beside(out, "new"), _beside(out, "old")
    with _told_plainly(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with _alone(out):
            _repair(out, fresh, aside)
            _refuse_foreign(out, frozenset(parts))
            fresh.mkdir()
            try:
                yield fresh
                _seal(fresh)
                _exchange(fresh, out, aside)
            finally:  # this holds the old release now, or what an error left
                _repair(out, fresh, aside)


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file that the release lists, by its path; nothing if it is no release."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return {}
    return {path: digest for digest, _, path in (line.partition("  ") for line in lines)}


def _beside(out: Path, word: str) -> Path:
    return out.with_name(f".{out.name}.{word}")


@contextmanager
def _told_plainly(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem, advice = _ADVICE.get(error.errno or 0, (error.strerror or str(error), "Mend this"))
        place = f" ({shown(error.filename)})" if isinstance(error.filename, str) else ""
        raise CamiError(
            f"The release was not written: {problem[0].lower()}{problem[1:]}{place}.",
            where=out,
            hint=f"{advice} and publish again; what was there is untouched.",
        ) from error


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the lock of this release, which ends with the process, however that ends."""
    path = _beside(out, "lock")
    while True:
        with path.open("w") as file:
            if not _locked(file):
                raise CamiError("Another run is writing this release.", where=out, hint="Wait until it has ended.")
            if not path.exists() or not os.path.samestat(os.fstat(file.fileno()), path.stat()):
                continue  # the run that held it has just ended and taken it away
            try:
                yield
            finally:
                path.unlink()
            return


def _locked(file: IO[str]) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _repair(out: Path, fresh: Path, aside: Path) -> None:
    """Put an old release back that was moved aside and not replaced, and clear everything else away."""
    if aside.exists() and not out.exists():
        aside.rename(out)
    for leftover in (fresh, aside):
        shutil.rmtree(leftover, ignore_errors=True)


def _refuse_foreign(out: Path, parts: frozenset[str]) -> None:
    """Raise unless `out` is missing, empty, or holds nothing but the files of a release."""
    if not out.exists():
        return
    if not out.is_dir():
        raise CamiError("A file is where the release shall stand.", where=out, hint="Choose a folder with --out.")
    listed = {path for path in checksums(out) if path.split("/")[0] in parts} | {SUMS}
    if foreign := sorted(path for path in _files(out) if path not in listed):
        raise CamiError(
            f"This folder holds {foreign[0]}, which no release put there.",
            where=out,
            hint="Choose another folder with --out, or move it away.",
        )


def _files(folder: Path) -> list[str]:
    """Return the path of every file below a folder, with `/`, sorted."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()
    )


def _seal(folder: Path) -> None:
    """Write the checksums of all files, and wait until everything is on the disk."""
    sums = []
    for path in _files(folder):
        with (folder / path).open("rb+") as file:
            sums.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path}\n")
            os.fsync(file.fileno())
    with (folder / SUMS).open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(sums)
        file.flush()
        os.fsync(file.fileno())
    for place in (*(path for path in folder.rglob("*") if path.is_dir()), folder):
        _sync_folder(place)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _exchange(fresh: Path, out: Path, aside: Path) -> None:
    """Let the new release and the old one change places."""
    if not out.exists():
        fresh.rename(out)
    elif not _swapped(fresh, out):
        out.rename(aside)
        fresh.rename(out)
    _sync_folder(out.parent)


def _swapped(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return False where the system or the disk does not know how."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    if renameat2 is None:
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP):
        return False
    raise OSError(code, os.strerror(code), str(other))
