"""One Markdown table of the results in ``results/``: what, the bar, what was measured, met or not.

python benchmarks/summary.py                     # print it
python benchmarks/summary.py --into README.md    # put it in the place of the one that is there
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from _conditions import RESULTS
from _summary import galleries, measuring, recognising, running, training
from _summary.row import Result, Row

SECTIONS: tuple[Callable[[Result], Iterator[Row]], ...] = (
    recognising.lfw_accuracy,
    recognising.dlib_embeddings,
    recognising.detection,
    recognising.whole_path,
    recognising.side_by_side,
    recognising.large_photo,
    galleries.codes,
    galleries.exact_search,
    galleries.search_agreement,
    galleries.gallery_scale,
    running.clustering,
    running.clustering_million,
    running.clustering_100k,
    running.upgrade,
    running.watch,
    running.install_size,
    galleries.kill_gallery_sqlite,
    galleries.kill_gallery_milvus,
    galleries.kill_gallery_encrypted,
    galleries.stored_traces,
    galleries.encrypted_gallery,
    running.service_load,
    running.service_kill,
    running.refusal_time,
    recognising.mutated_images,
    training.augmentation,
    recognising.few_shot,
    recognising.lfw_peers,
    measuring.calibration,
    measuring.interval_coverage,
    measuring.metric_oracles,
    measuring.metric_speed,
    training.header_step,
    training.facenet_batch,
    training.partial_fc,
    training.trainer_overhead,
    training.closed_set,
    training.best_celeba,
)

HEAD = "| what | bar | measured | met |"


def read(folder: Path, name: str) -> Result:
    path = folder / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def print_conditions(results: dict[str, Result]) -> None:
    """Say where and when, each machine and date once."""
    machines: dict[tuple[str, ...], list[str]] = {}
    for name, result in results.items():
        if result is not None:
            about = result["conditions"]
            key = (about["cpu"], f"{about['cores']} cores", f"Python {about['python']}")
            machines.setdefault((*key, about["date"]), []).append(name)
    for machine, names in machines.items():
        print(f"Measured on {', '.join(machine)}: {', '.join(names)}.")


def table(results: dict[str, Result]) -> Iterator[str]:
    """Yield the lines of the table."""
    yield HEAD
    yield "|---|---|---|---|"
    for section in SECTIONS:
        try:
            rows = list(section(results[section.__name__]))
        except KeyError as error:
            name = section.__name__
            raise SystemExit(f"{name}.json has no {error}: run benchmarks/{name}.py") from error
        for row in rows:
            met = "–" if row.met is None else "yes" if row.met else "**no**"
            yield f"| {row.what} | {row.bar or '–'} | {row.measured} | {met} |"


def put_into(page: Path, lines: Iterator[str]) -> None:
    """Replace the table of a page by a new one."""
    before, found, after = page.read_text(encoding="utf-8").partition(f"{HEAD}\n")
    if not found:
        raise SystemExit(f"{page}: no line is {HEAD}")
    old = after.splitlines(keepends=True)
    rest = next((i for i, line in enumerate(old) if not line.startswith("|")), len(old))
    text = before + "\n".join(lines) + "\n" + "".join(old[rest:])
    page.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the JSON files")
    parser.add_argument("--into", type=Path, metavar="PAGE", help="put it into a Markdown page")
    options = parser.parse_args()
    results = {section.__name__: read(options.results, section.__name__) for section in SECTIONS}
    if options.into:
        put_into(options.into, table(results))
        return
    for line in table(results):
        print(line)
    print()
    print_conditions(results)


if __name__ == "__main__":
    main()
