"""Two Ray nodes on this machine that embed photographs.

``python -m layouts.ray_cluster FOLDER SOURCE`` writes ``FOLDER/out`` and ``FOLDER/found.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from facemetric.jobs.embedding import embed_photos
from facemetric.jobs.embedding.ray_workers import embed_on_ray
from facemetric.jobs.embedding.shard import Shard
from layouts.fragile import Fragile

NODE = {"num_cpus": 1, "object_store_memory": 100 << 20}


@contextmanager
def two_nodes() -> Iterator[str]:
    """Start two nodes of one core each, and give the address."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
    try:
        cluster.add_node(**NODE)
        yield cluster.address
    finally:
        cluster.shutdown()


def main() -> None:
    """Embed real photographs, then made-up ones of which one ends its actor."""
    folder, source = Path(sys.argv[1]), sys.argv[2]
    told: list[tuple[int, int]] = []
    with two_nodes() as address:
        done = embed_photos(
            source, folder / "out", shard_photos=2, ray=address, tell=lambda *how: told.append(how)
        )
        shards = [Shard(n, (f"{n}.jpg", f"{n}b.jpg")) for n in range(6)]
        shards.append(Shard(6, ("once.jpg", "c.jpg")))
        made_up = list(embed_on_ray(shards, Fragile(folder), lambda *_: None, address=address))
    found = {
        "told": told,
        "new_shards": done.new_shards,
        "faces": done.counts.faces,
        "processes": len({one.faces["process"][0].as_py() for one in made_up}),
        "numbers": sorted(one.number for one in made_up),
    }
    (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
