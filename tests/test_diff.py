"""Change notes: both sides in every form, what is told, what may not vanish, archives that nobody should trust."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard

from cami_kg.cli import run
from cami_kg.diff import diff, read, sides
from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph

ROOT = Path(__file__).parent.parent
MOU = "instrument/dune-hopper-mou.ttl"
ROLES = """\
#+ summary: Who has which role.

PREFIX cami: <https://w3id.org/cami/ns/>

SELECT ?claim ?participant ?role WHERE { ?claim cami:participant ?participant ; cami:role ?role }
ORDER BY ?claim ?participant ?role
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the miniature, with the ontology beside it."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / "tests" / "graph" / "data", folder / "data")
    shutil.copytree(ROOT / "ontology", folder / "ontology")
    return folder


def edit(checkout: Path, old: str, new: str) -> None:
    """Replace a text in the file of the memorandum."""
    path = checkout / "data" / MOU
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def without(checkout: Path, claim: str) -> None:
    """Delete a claim from the file of the memorandum."""
    path = checkout / "data" / MOU
    before, _, rest = path.read_text(encoding="utf-8").partition(f"\n{claim}\n")
    assert rest
    path.write_text(before + rest.partition("\n.\n")[2], encoding="utf-8")


def test_the_same_graph_has_not_changed(miniature: Graph, checkout: Path) -> None:
    """A graph against its copy gives one sentence."""
    assert diff(miniature, read(str(checkout))).markdown() == "Nothing changed.\n"


def test_a_changed_claim_says_what_it_was(miniature: Graph, checkout: Path) -> None:
    """A changed claim is told with both values, and the queries of the new side are asked."""
    edit(checkout, "role:range-state-not-signatory", "role:signatory")
    (checkout / "queries").mkdir()
    (checkout / "queries" / "roles.rq").write_text(ROLES, encoding="utf-8")
    found = diff(miniature, read(str(checkout)))

    (change,) = found.changes
    assert change.kind == "changed claims"
    assert ", was " in change.text
    assert change.text.startswith("role: ")
    assert found.vanished == []
    (answer,) = found.answers
    assert answer.query == "roles"
    assert (len(answer.gained), len(answer.lost)) == (1, 1)
    assert "roles: 1 rows new, 1 rows gone" in found.markdown()


def test_a_claim_that_vanishes_is_an_error(checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A claim that is gone is listed and gives exit code 1; one that is new does not."""
    without(checkout, "participation:dune-hopper-mou-XC")
    old = str(ROOT / "tests" / "graph" / "data")

    assert run(["diff", old, str(checkout), "--format", "json"]) == 1
    found = json.loads(capfd.readouterr().out)
    assert found["vanished"] == ["https://w3id.org/cami/id/participation/dune-hopper-mou-XC"]
    assert [change["kind"] for change in found["changes"]] == ["withdrawn claims"]
    assert run(["diff", str(checkout), old]) == 0
    assert "## Added claims (1)" in capfd.readouterr().out


def test_deprecating_is_no_vanishing(miniature: Graph, checkout: Path) -> None:
    """A deprecated claim is told with what replaces it, and has not vanished."""
    deprecation = (
        "a cami:Participation ; <http://www.w3.org/2002/07/owl#deprecated> true ;"
        " <http://purl.org/dc/terms/isReplacedBy> participation:dune-hopper-mou-XD ;"
    )
    edit(checkout, "a cami:Participation ;", deprecation)
    found = diff(miniature, read(str(checkout)))

    assert found.vanished == []
    assert [change.kind for change in found.changes] == ["deprecated"]
    assert "participation:dune-hopper-mou-XD" in found.changes[0].text


@pytest.mark.parametrize("name", ["g.nq", "g.nt", "g.trig", "g.ttl", "g.nq.gz", "g.nq.zst"])
def test_dumps_of_every_kind(miniature: Graph, tmp_path: Path, name: str) -> None:
    """Dumps with and without graphs, packed or not, hold the same graph."""
    quads = "".join(f"{quad} .\n" if name.startswith("g.nq") else f"{quad.triple} .\n" for quad in miniature.store)
    content = quads.encode()
    packed = gzip.compress(content) if name.endswith("gz") else content
    (tmp_path / name).write_bytes(zstandard.compress(content) if name.endswith("zst") else packed)

    assert diff(miniature, read(str(tmp_path / name))).changes == []


@pytest.mark.parametrize("ending", ["gztar", "zip"])
def test_archives(miniature: Graph, checkout: Path, tmp_path: Path, ending: str) -> None:
    """An archive of a checkout is read like the checkout."""
    archive = shutil.make_archive(str(tmp_path / "packed"), ending, tmp_path, checkout.name)

    assert diff(miniature, read(archive)).changes == []


@pytest.mark.parametrize("name", ["../data/state/XA.ttl", "/data/state/XA.ttl", "a/../../b"])
def test_archives_do_not_reach_outside(tmp_path: Path, name: str) -> None:
    """An archive with a name that leads outside is refused."""
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr(name, "")
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    for bad in ("bad.zip", "bad.tar.gz"):
        with pytest.raises(CamiError, match="outside"):
            read(str(tmp_path / bad))


def test_archives_hold_no_links(tmp_path: Path) -> None:
    """An archive with a link is refused."""
    link = tarfile.TarInfo("data/state/XA.ttl")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as tar:
        tar.addfile(link)
    with pytest.raises(CamiError, match="neither a file"):
        read(str(tmp_path / "bad.tar.gz"))


def test_bombs_are_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would unpack to more than the limit is refused."""
    monkeypatch.setattr(sides, "LARGEST", 2**20)
    bomb = bytes(2**21)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/state/XA.ttl", bomb)
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("data/state/XA.ttl")
        member.size = len(bomb)
        tar.addfile(member, io.BytesIO(bomb))
    (tmp_path / "bad.nq.gz").write_bytes(gzip.compress(bomb))
    for bad in ("bad.zip", "bad.tar.gz", "bad.nq.gz"):
        with pytest.raises(CamiError, match="more than 1 MB"):
            read(str(tmp_path / bad))


def test_git_revisions(checkout: Path, monkeypatch: pytest.MonkeyPatch, miniature: Graph) -> None:
    """A tag is read from the repository of the current folder."""
    monkeypatch.chdir(checkout)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "one"], ["tag", "v1"]):
        subprocess.run(["git", *command], check=True)
    edit(checkout, "role:range-state-not-signatory", "role:signatory")

    assert diff(miniature, read("v1")).changes == []
    assert len(diff(read("v1"), read(str(checkout))).changes) == 1


@pytest.mark.parametrize("name", ["no-such-thing", "--output=x", ""])
def test_what_is_nothing_is_wrong_usage(name: str) -> None:
    """What is neither there nor a revision is wrong usage, options of git included."""
    with pytest.raises(UsageError, match="no file, folder or git revision"):
        read(name)


def test_a_page_says_what_markdown_says_and_nothing_in_it_comes_to_life(miniature: Graph, checkout: Path) -> None:
    """Every format of the command is there, and markup in a note stays text."""
    from cami_kg.diff import FORMATS, Change, Difference

    without(checkout, "participation:dune-hopper-mou-XA")
    found = diff(miniature, read(str(checkout)))
    page = found.html()

    assert {"md", "json", "html"} == FORMATS.keys()
    assert found.changes
    assert page.count("<h2>") == found.markdown().count("## ") > 1
    assert "Nothing changed." in Difference([], [], "", []).html()
    hostile = Change(**dict.fromkeys(Change.__dataclass_fields__, "<script>"))
    assert "<script>" not in Difference([hostile], [], "", []).html()


@pytest.mark.parametrize("form", ["xml", ""])
def test_an_unknown_format_is_refused_before_anything_is_read(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither side exists, and yet the format is what is told."""
    assert run(["diff", "no-such-side", "nor-this", "--format", form]) == 2
    assert "--format" in capsys.readouterr().err
