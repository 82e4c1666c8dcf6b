"""A release is exchanged whole: whatever goes wrong, the folder holds the old one or the new one."""

import contextlib
import fcntl
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cami_kg.errors import CamiError
from cami_kg.graph import load
from cami_kg.publish import publish
from cami_kg.publish import release as room

ROOT = Path(__file__).parent.parent
PREFIX = "PREFIX source: <https://w3id.org/cami/id/source/>\n"


@pytest.fixture(scope="module")
def graphs(tmp_path_factory):
    """Load two graphs that differ, of one file with some hundred triples each."""
    loaded = []
    for name in ("old", "new"):
        path = tmp_path_factory.mktemp(name) / "source" / "one.ttl"
        path.parent.mkdir()
        path.write_text(PREFIX + "".join(f"source:{name}-{n} source:is source:n{n} .\n" for n in range(500)))
        loaded.append(alone(load(path.parent.parent)))
    return loaded


def alone(graph):
    """Leave the ontology out, for speed."""
    return replace(graph, files={name: path for name, path in graph.files.items() if path.stem == "one"})


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of 64 mebibytes, or skip."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", place]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", place], check=True)


def write(graph, out):
    """Publish the dumps alone, which is enough to see what is exchanged."""
    return publish(graph, out, only=["dumps"])


def content(out):
    """Return what a folder holds: the digest of every file, by path; None if there is no folder."""
    if not out.exists():
        return None
    files = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def beside(out):
    """Return what lies around a release."""
    return sorted(path.name for path in out.parent.iterdir() if path != out)


def stop(_step):
    """Break a run off after its first step."""
    raise KeyboardInterrupt


def test_a_release_takes_the_place_of_the_old_one(graphs, tmp_path):
    """Nothing else is left, inside or beside it; missing folders on the way are made."""
    out = tmp_path / "a" / "b" / "dist"
    write(graphs[0], out)
    old = content(out)
    write(graphs[1], out)

    assert set(content(out)) == set(old)
    assert content(out) != old
    assert beside(out) == []


def test_an_empty_folder_and_a_link_to_a_release_are_taken(graphs, tmp_path):
    """The link stays, and what it points to is exchanged."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(graphs[0], tmp_path / "link")
    write(graphs[1], tmp_path / "link")

    assert (tmp_path / "link").is_symlink()
    assert "SHA256SUMS" in content(tmp_path / "real")


def test_what_is_no_release_is_not_replaced(graphs, tmp_path):
    """A file, a folder with somebody's files, a release with one file more, and checksums of other things."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.txt").write_text("mine")
    write(graphs[0], tmp_path / "more")
    (tmp_path / "more" / "dumps" / "note.txt").write_text("mine")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "disk.iso").write_text("mine")
    (tmp_path / "images" / "SHA256SUMS").write_text(f"{'0' * 64}  disk.iso\n")
    before = content(tmp_path)

    for name, mine in (
        ("file", "A file"),
        ("folder", "thesis.txt"),
        ("more", "dumps/note.txt"),
        ("images", "disk.iso"),
    ):
        with pytest.raises(CamiError, match=rf"{name}: .*{mine}"):
            write(graphs[1], tmp_path / name)
    assert content(tmp_path) == before


def test_a_second_run_at_the_same_time_is_refused(graphs, tmp_path):
    """The first goes on; another release in the same folder may be written meanwhile."""
    out, refusals = tmp_path / "dist", []

    def again(_step):
        if not refusals:
            write(graphs[1], tmp_path / "other")
            with pytest.raises(CamiError, match="Another run is writing this release") as refused:
                write(graphs[1], out)
            refusals.append(refused)

    publish(graphs[0], out, only=["dumps"], progress=again)

    assert len(refusals) == 1
    assert beside(out) == ["other"]


def test_a_lock_that_a_killed_run_left_does_not_matter(graphs, tmp_path):
    """The system gave it up when the process ended."""
    (tmp_path / ".dist.lock").touch()
    write(graphs[0], tmp_path / "dist")

    assert beside(tmp_path / "dist") == []


@pytest.mark.parametrize("swaps", [True, False])
def test_an_interrupted_run_changes_nothing(graphs, tmp_path, monkeypatch, swaps):
    """Control-C, or any error, between two steps: the old release, or none, is there and nothing beside it."""
    if not swaps:
        monkeypatch.setattr(room, "_swapped", lambda *_: False)
    out = tmp_path / "dist"
    for old in (None, graphs[0]):
        if old:
            write(old, out)
        before = content(out)
        with pytest.raises(KeyboardInterrupt):
            publish(graphs[1], out, progress=stop)

        assert content(out) == before
        assert beside(out) == []


def test_leftovers_are_cleared_and_a_half_exchange_is_undone(graphs, tmp_path):
    """Where folders cannot change places in one step, a kill between two renames leaves the old release aside."""
    out = tmp_path / "dist"
    write(graphs[0], out)
    old = content(out)
    shutil.copytree(out, tmp_path / ".dist.new")
    out.rename(tmp_path / ".dist.old")

    with pytest.raises(KeyboardInterrupt):
        publish(graphs[1], out, progress=stop)

    assert content(out) == old
    assert beside(out) == []


LOOP = """
import itertools, sys
from dataclasses import replace
from pathlib import Path
from cami_kg.graph import load
from cami_kg.publish import publish, release

if sys.argv[1] == "two renames":
    release._swapped = lambda *_: False
graphs = [load(Path(data)) for data in sys.argv[3:]]
graphs = [replace(graph, files=dict(list(graph.files.items())[-1:])) for graph in graphs]
print("ready", flush=True)
for graph in itertools.cycle(graphs):
    publish(graph, Path(sys.argv[2]), only=["dumps"])
"""
WAYS = ("one step", "two renames")


@pytest.mark.parametrize("seed", [*range(20), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(20, 200))])
def test_a_killed_run_leaves_the_old_or_the_new_release(graphs, tmp_path, seed):
    """At any moment; where folders cannot change places in one step, the next run puts the old one back."""
    out, whole, way = tmp_path / "dist", [], WAYS[seed % 2]
    for graph in graphs:
        write(graph, out)
        whole.append(content(out))
    data = [path.parent.parent for graph in graphs for path in graph.files.values()]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", LOOP, way, out, *data], stdout=subprocess.PIPE, env=env) as run:
        assert run.stdout.readline() == b"ready\n"
        time.sleep(random.Random(seed).uniform(0, 0.2))
        run.kill()

    if way == "one step":
        assert content(out) in whole
    with contextlib.suppress(KeyboardInterrupt):
        publish(graphs[1], out, progress=stop)
    assert content(out) in whole
    assert beside(out) == []


@pytest.mark.parametrize("left", range(0, 100, 5))
def test_a_full_disk_leaves_the_old_release(graphs, small_disk, left):
    """However far the run came, by hundredths of the size of a release; the message names the disk."""
    out = small_disk / "dist"
    size = write(graphs[0], out).bytes
    before = content(out)
    status = os.statvfs(small_disk)
    (small_disk / "filler").write_bytes(bytes(status.f_bavail * status.f_frsize - size * left // 100))

    with pytest.raises(CamiError, match="dist: The release was not written: the disk is full"):
        write(graphs[1], out)

    assert content(out) == before
    assert beside(out) == ["filler"]


def test_a_disk_that_can_only_be_read_leaves_the_old_release(graphs, small_disk):
    """The message says what to do."""
    out = small_disk / "dist"
    write(graphs[0], out)
    before = content(out)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    with pytest.raises(CamiError, match=r"the disk can only be read.*Choose another folder with --out"):
        write(graphs[1], out)
    assert content(out) == before


def test_a_folder_one_may_not_write_to_leaves_the_old_release(graphs, tmp_path):
    """The message says what to do. Root, who may write everywhere, gives that right up first."""
    out = tmp_path / "place" / "dist"
    write(graphs[0], out)
    before = content(out)
    out.parent.chmod(0o500)
    command = [sys.executable, "-c", "from cami_kg.cli import main; main()", "publish", "--out", str(out)]
    mortal = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"] if os.geteuid() == 0 else []

    ran = subprocess.run([*mortal, *command], cwd=ROOT, capture_output=True, text=True)

    out.parent.chmod(0o700)
    assert 1 == ran.returncode
    assert re.search(r"you may not write there.*Choose another folder with --out", ran.stderr), ran.stderr
    assert content(out) == before


def test_a_mounted_disk_is_not_exchanged(graphs, small_disk):
    """The folder of the mount cannot be renamed; the message says to take one inside it."""
    with pytest.raises(CamiError, match=r"holds the folder fast.*Choose a folder inside it"):
        write(graphs[0], small_disk)


def test_the_lock_is_that_of_the_system(graphs, tmp_path):
    """Another process that holds it keeps us out."""
    with (tmp_path / ".dist.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(CamiError, match="Another run"):
            write(graphs[0], tmp_path / "dist")
