"""Which benchmarks `run_all.py` runs, in which order, with which options, and what they need."""

from __future__ import annotations

from dataclasses import dataclass

LFW, CELEBA = "photographs:lfw", "photographs:celeba10k"
PACKS = ("file:packs/lfw", "file:packs/celeba")


@dataclass(frozen=True)
class Planned:
    """One call of one script; ``quick`` are the words of its small form, ``None`` without one."""

    script: str
    quick: tuple[str, ...] | None
    words: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return " ".join((self.script, *self.words))


def _plan(script: str, quick: str | None, *needs: str, words: str = "") -> Planned:
    chosen = tuple(words.split())
    # Of an option that is given twice, the last counts.
    small = None if quick is None else (*chosen, *quick.split())
    return Planned(script, small, chosen, needs)


PLAN = (
    _plan("install_size", None),
    _plan("mutated_images", "--number 40"),
    _plan("augmentation", "--rounds 3 --each 10"),
    _plan("facenet_batch", "--people 6 --images 5 --repeats 1"),
    _plan("header_step", "--batch 32 --dim 32 --classes 100 --rounds 1"),
    _plan(
        "header_step",
        "--batch 32 --dim 32 --classes 100 --rounds 1",
        words="--products medium --name header_step_bfloat16",
    ),
    _plan("partial_fc", "--classes 2000 --batch 32 --steps 1"),
    _plan("kill_gallery", "--kills 2 --people 100"),
    _plan("kill_gallery", "--kills 2 --people 100", "module:pymilvus", words="--backend milvus"),
    _plan("kill_gallery", "--kills 2 --people 100", words="--backend encrypted"),
    _plan("refusal_time", "--each 200 --keys 5"),
    _plan("stored_traces", "--people 300"),
    _plan("encrypted_gallery", "--faces 2000 --repeats 1"),
    _plan("gallery_scale", "--faces 40000 --rounds 1"),
    _plan(
        "gallery_backends",
        "--faces 2000 --milvus-faces 500 --rounds 3",
        "module:pgserver",
        "module:pymilvus",
    ),
    _plan(
        "exact_search",
        "--rows 5000 --queries 16 --rounds 1",
        "module:faiss",
        "module:usearch",
    ),
    _plan(
        "approximate_search",
        "--faces 2000 --queries 20",
        "module:faiss",
        "module:usearch",
    ),
    _plan("clustering_million", "--faces 3000 --people 300"),
    _plan("clustering_million", None, words="--faces 100000 --people 10000 --also-exact"),
    _plan("large_photo", "--rounds 1", "peers"),
    _plan(
        "interval_coverage",
        "--trials 4 --other-trials 4 --replicates 40 --truth-parts 1 --galleries 10",
    ),
    _plan("dlib_embeddings", "--chips 50 --rounds 1", LFW, "peers"),
    _plan("detection", "--images 10 --rounds 1", LFW, "peers"),
    _plan("whole_path", "--people 5 --strangers 5 --rounds 1", LFW, "peers"),
    _plan(
        "whole_path",
        "--people 5 --strangers 5 --rounds 1",
        LFW,
        "peers",
        words="--threshold 0.92 --name whole_path_threshold",
    ),
    _plan("side_by_side", "--photos 20 --large 2 --rounds 1", LFW),
    _plan("lfw_accuracy", None, LFW),
    _plan("codes", "", LFW, "lfw-embeddings"),
    _plan("metric_oracles", None, "lfw-embeddings"),
    _plan("metric_speed", None, LFW, "lfw-embeddings"),
    _plan("lfw_peers", None, LFW, "peers"),
    _plan("few_shot", None, LFW),
    _plan("clustering", "--images 300 --rounds 1", LFW, "module:dlib"),
    _plan("sensitivity", "--pairs 40 --study truncation", LFW),
    _plan("track_similarity", "--people 10 --draws 20", LFW),
    _plan("watch", "--seeds 1 --fastest", LFW, "module:av"),
    _plan("watch", "--seeds 1", LFW, "module:av", words="--decide-on corrected --fastest"),
    _plan("embed_photos", "--photos 40 --shard-photos 10 --no-ray", LFW),
    _plan(
        "service_load",
        "--seconds 3 --people 100 --photos 20 --soak 64",
        LFW,
        "peers",
        words="--soak 20000 --peer",
    ),
    _plan("service_kill", "--kills 1 --people 200", LFW),
    _plan("search_agreement", None, LFW, CELEBA),
    _plan("calibration_transfer", None, LFW, CELEBA),
    _plan("separation", None, LFW, CELEBA),
    _plan("upgrade", None, LFW, CELEBA),
    _plan("near_duplicates", None, LFW, CELEBA, "peers"),
    _plan("make_dataset", "--photographs 40", LFW, CELEBA),
    _plan("trainer_overhead", "--share 0.02 --turns 1", PACKS[1]),
    _plan("best_celeba", None, *PACKS),
    _plan("closed_set", None, PACKS[0]),
    _plan("harmonic", None, *PACKS, LFW),
    _plan("embedding_pictures", None, PACKS[0]),
    _plan("training_studies", None, *PACKS),
    _plan("quantised", "", "file:runs/best-celeba", words="runs/best-celeba"),
)


def needs_of(script: str) -> tuple[str, ...]:
    """Return what every call of ``script`` needs; nothing where it is not in the plan."""
    calls = [planned.needs for planned in PLAN if planned.script == script]
    return tuple(need for need in calls[0] if all(need in call for call in calls)) if calls else ()
