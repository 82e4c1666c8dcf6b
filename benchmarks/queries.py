"""Every saved query on the real graph and on larger ones of its shape: time, rows, memory, and how the time grows.

Each is asked in a process of its own that is killed at the limit, so that a slow one stops no other.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import resource
import statistics
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import pyoxigraph as ox  # noqa: E402
from generate import store  # noqa: E402

AS_OF = "2026-01-01"
FLOOR = 0.001
"""Seconds below which a time says more of the machine than of the query."""


def questions() -> dict[str, str]:
    """Return the text of each saved query, bound to its own examples."""
    import cami_kg
    from cami_kg.query.bind import typed
    from cami_kg.query.saved import catalogue

    graph, found = cami_kg.load(), {}
    for saved in catalogue(graph.home):
        values = {name: typed(one) for name, one in saved.params.items() if one.required}
        day = {"as_of": AS_OF} if "asOf" in saved.params else {}
        found[saved.name] = graph.query(saved.name, **day, **values).sparql
    return found


def _ask(graph: ox.Store, text: str, runs: int, pipe: Connection) -> None:
    before, times, rows = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, [], 0
    for _ in range(runs + 1):  # the first one warms up
        start = time.perf_counter()
        rows = sum(1 for _ in graph.query(text, use_default_graph_as_union=True))
        times.append(time.perf_counter() - start)
        if times[-1] > 1:  # such a time needs no second one
            break
    seconds = statistics.median(times[1:] or times)
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    pipe.send({"seconds": seconds, "rows": rows, "more_mib": round(more, 1)})


def ask(graph: ox.Store, text: str, runs: int, limit: float) -> dict[str, float] | None:
    """Return median seconds, rows and how many MiB the process grew; None if the limit came first."""
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    child = fork.Process(target=_ask, args=(graph, text, runs, theirs))
    child.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(limit) else None
    except EOFError:  # it died, for want of memory most likely
        return None
    finally:
        child.kill()
        child.join()


def table(sizes: dict[int, dict[str, dict[str, float] | None]]) -> str:
    """Return the figures as a table, with the exponent from the smallest to the largest graph."""
    small, large = min(sizes), max(sizes)
    lines = [f"| query | {' | '.join(f'{size}x, ms (rows)' for size in sizes)} | exponent | more MiB |"]
    lines.append("|---|" + "--:|" * (len(sizes) + 2))
    for name in sizes[small]:
        found = [sizes[size][name] for size in sizes]
        cells = [f"{one['seconds'] * 1000:.1f} ({one['rows']})" if one else "over the limit" for one in found]
        first, last = found[0], found[-1]
        growth = f"{exponent(first, last, large / small):.2f}" if first and last and large > small else "-"
        lines.append(f"| {name} | {' | '.join(cells)} | {growth} | {last['more_mib'] if last else '-'} |")
    return "\n".join(lines)


def exponent(first: dict[str, float], last: dict[str, float], factor: float) -> float:
    """Return e where time grows as size to the power of e."""
    return math.log(max(last["seconds"], FLOOR) / max(first["seconds"], FLOOR)) / math.log(factor)


def main() -> None:
    """Measure, print the table, and keep the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[1, 10], help="how many times the real graph; 1 10")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=30, help="seconds for all runs of one query")
    asked = parser.parse_args()
    texts, sizes, about = questions(), {}, {}
    for size in sorted(set(asked.sizes)):
        start = time.perf_counter()
        graph = store(size)
        made = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        about[size] = {"triples": len(graph), "seconds": round(made, 1), "peak_gib": round(peak, 2)}
        print(f"{size}x: {about[size]}", file=sys.stderr, flush=True)
        sizes[size] = {name: ask(graph, text, asked.runs, asked.limit) for name, text in texts.items()}
        del graph
        _keep({"graphs": about, "queries": sizes})
    print(table(sizes))


def _keep(figures: dict[str, object]) -> None:
    """Write what is measured so far, so that a run broken off loses one size only."""
    out = ROOT / "build/bench/queries.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
