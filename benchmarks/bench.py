"""Measure our commands beside their peers, in turn, in one run: medians, spread and ratio.

Absolute figures say something of the machine only; the ratio is the claim. Nothing here fails on a time.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = [sys.executable, "-c", "from cami_kg.cli import main; main()"]
PEER = [sys.executable, str(Path(__file__).with_name("peers.py"))]
QUERY = "range-states-of-species"
AS_OF = ("--as-of", "2026-01-01")


@dataclass(frozen=True)
class Pair:
    """A command of ours and the peer that does the same work."""

    work: str
    ours: list[str]
    peer: list[str]
    aim: str


def pairs(folder: Path) -> list[Pair]:
    """Return what is compared; answers and dumps go to `folder`."""
    bound = folder / "bound.rq"
    bound.write_text(_bound(), encoding="utf-8")
    csv = ["--format", "csv"]
    ask = ["query", QUERY, "--species", "saiga", *AS_OF]
    floor = [*PEER, "oxigraph_query", str(bound)]
    return [
        Pair("cold query, csv, against pyoxigraph", [*OURS, *ask, *csv], floor, "<= 1.5"),
        Pair("cold query, table, against pyoxigraph", [*OURS, *ask], floor, "<= 2"),
        Pair("cold query, csv, against rdflib", [*OURS, *ask, *csv], [*PEER, "rdflib_query", str(bound)], "<= 0.2"),
        Pair("check, whole graph, against pySHACL", [*OURS, "check"], [*PEER, "pyshacl_check"], "<= 1.5"),
        Pair("check, one file, against whole", [*OURS, "check", "data/species/saiga.ttl"], [*OURS, "check"], "< 0.33"),
        Pair("publish dumps, against pyoxigraph", [*OURS, "publish", "--only", "dumps", "--out", str(folder / "dist")],
             [*PEER, "oxigraph_dumps", str(folder)], "<= 2"),
    ]  # fmt: skip


def _bound() -> str:
    """Return the text that our command runs, for the peers."""
    import cami_kg

    return cami_kg.load().query(QUERY, species="saiga", as_of=AS_OF[1]).sparql


def seconds(command: list[str]) -> float:
    """Run a command as a whole process and return how long it took."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True)
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stderr.decode()[-400:]}")
    return taken


def measure(pair: Pair, runs: int) -> str:
    """Run both sides in turn, once for warming up, and return a line of the table."""
    seconds(pair.ours), seconds(pair.peer)
    both = [(seconds(pair.ours), seconds(pair.peer)) for _ in range(runs)]
    ours, peer = (statistics.median(side) for side in zip(*both, strict=True))
    ratios = sorted(mine / theirs for mine, theirs in both)
    middle = statistics.median(ratios)
    return f"| {pair.work} | {ours:.3f} | {peer:.3f} | {middle:.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f}) | {pair.aim} |"


def main() -> None:
    """Print the table of all pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="counted runs of each side")
    runs = parser.parse_args().runs
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, {runs} runs each\n")
    print("| work | ours, s | peer, s | ratio (range) | aim |\n|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        for pair in pairs(Path(folder)):
            print(measure(pair, runs), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
