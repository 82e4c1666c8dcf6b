"""Code and data say which they are."""

from cami_kg.graph import Graph
from cami_kg.version import code_version, data_hash


def test_the_hash_is_that_of_the_files(small: Graph) -> None:
    """One changed byte of a claim gives another hash; the place of the files does not matter."""
    before = data_hash(small)
    path = next(path for name, path in small.files.items() if name.endswith("state/XA"))
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    assert 64 == len(before)
    assert before != data_hash(small)


def test_the_code_has_a_version() -> None:
    """It is that of the installed distribution, or says that there is none."""
    assert code_version() == "unknown" or code_version()[0].isdigit()
