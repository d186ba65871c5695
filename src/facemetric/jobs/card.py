"""The card of a finished pack, from its shards."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from facemetric._version import __version__
from facemetric.align import TEMPLATES
from facemetric.datasets.shards import ShardSource
from facemetric.detect import Mtcnn
from facemetric.jobs.selection import Rules
from facemetric.jobs.statistics import images_per_person, measure_spreads
from facemetric.wire import DatasetCard, LeftOutPhotoOut, PackSettingsOut, ReasonOut, ShardOut


def pack_settings(rules: Rules, *, jpeg_quality: int) -> PackSettingsOut:
    """Return the settings as the card has them."""
    template = TEMPLATES[rules.template]
    limits = rules.limits
    return PackSettingsOut(
        detector=Mtcnn.name,
        min_face_px=rules.min_face_px,
        template=template.name,
        width_px=template.width_px,
        height_px=template.height_px,
        jpeg_quality=jpeg_quality,
        min_size_px=limits.min_size_px,
        min_score=limits.min_score,
        min_sharpness=limits.min_sharpness,
        max_yaw_deg=limits.max_yaw_deg,
        max_pitch_deg=limits.max_pitch_deg,
        max_roll_deg=limits.max_roll_deg,
        min_images=rules.min_images,
        dedupe=rules.dedupe,
        keep_faceless=rules.keep_faceless,
    )


def make_card(
    shards: Sequence[Path],
    *,
    name: str,
    sources: Sequence[str],
    settings: PackSettingsOut,
    made_from: str,
    measures: Sequence[Mapping[str, float]],
    left_out: Sequence[LeftOutPhotoOut],
) -> DatasetCard:
    """Count what the shards hold.

    Parameters
    ----------
    measures
        Of each chip that was to be packed.
    left_out
        What was not packed.

    Raises
    ------
    DataError
        A shard cannot be read.
    """
    labels, found, written, people = [], [], [], set[str]()
    for shard in shards:
        source = ShardSource(shard)
        names = np.array(source.names)[source.labels]
        labels.append(names)
        found.append(source.found)
        people.update(source.names)
        written.append(_shard(shard, len(source)))
        source.close()
    everyone = np.unique(np.concatenate(labels), return_inverse=True)[1]
    reasons = Counter(photo.reason for photo in left_out)
    faces = np.concatenate(found)
    return DatasetCard(
        version=__version__,
        name=name,
        sources=tuple(sources),
        settings=settings,
        made_from=made_from,
        photographs=len(everyone) + len(left_out),
        images=len(everyone),
        people=len(people),
        faceless=int((~faces).sum()),
        shards=tuple(written),
        left_out=tuple(
            ReasonOut(reason=reason, count=count) for reason, count in reasons.most_common()
        ),
        images_per_person=images_per_person(everyone),
        measures=measure_spreads(measures),
    )


def _shard(path: Path, images: int) -> ShardOut:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return ShardOut(name=path.name, images=images, bytes=path.stat().st_size, sha256=digest)
