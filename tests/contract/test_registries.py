"""Templates, metrics and presets: each entry is whole and fits the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.align import TEMPLATES, align_faces, template_face
from facemetric.bundle import PRESETS, Preset, open_bundle
from facemetric.bundle.builtin_bundles import builtin_names
from facemetric.decide import METRICS
from facemetric.types import Image


def test_the_registries_are_not_empty() -> None:
    assert len(TEMPLATES) >= 4
    assert len(METRICS) >= 6
    assert len(PRESETS) >= 8
    assert len(builtin_names()) >= 1


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_cuts_a_chip_of_its_size(name: str) -> None:
    template = TEMPLATES[name]
    assert template.name == name
    size = np.array([template.width_px, template.height_px])
    if template.points_px is None:
        assert template.margin_px is not None
    else:
        assert template.points_px.shape == (5, 2)
        assert not template.points_px.flags.writeable
        assert (template.points_px > 0).all() and (template.points_px < size - 1).all()
        # As in Face.landmarks_px: the eye on the picture's left first, the mouth below the nose.
        eye, other, nose, mouth, corner = template.points_px
        assert eye[0] < nose[0] < other[0] and mouth[0] < corner[0]
        assert max(eye[1], other[1]) < nose[1] < min(mouth[1], corner[1])
    pixels = np.random.default_rng(0).integers(0, 256, (240, 200, 3), np.uint8)
    face = template_face([20, 30, 180, 200], name)
    (chip,) = align_faces(Image(pixels, (200, 240)), [face], name)
    assert chip.pixels.shape == (template.height_px, template.width_px, 3)
    assert chip.template == name


@pytest.mark.parametrize("name", sorted(METRICS))
@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_metric_is_symmetric_and_best_for_equal_vectors(name: str, seed: int) -> None:
    metric = METRICS[name]
    assert metric.name == name
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(5, 7))
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    pairs = metric.pairwise(values, values)
    assert pairs.shape == (5, 5)
    np.testing.assert_allclose(pairs, pairs.T, atol=1e-9)
    same, other = np.diagonal(pairs)[:, None], pairs
    assert (same >= other - 1e-9).all() if metric.higher_is_same else (same <= other + 1e-9).all()
    one = np.array([[metric.pairwise(a[None], b[None])[0, 0] for b in values] for a in values])
    np.testing.assert_allclose(pairs, one, atol=1e-9)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_preset_is_a_manifest_but_for_its_graph(name: str) -> None:
    preset = PRESETS[name]
    assert preset.id == name
    assert Preset.model_validate(preset.model_dump(mode="json")) == preset
    assert preset.description and preset.source
    assert preset.licence.spdx and preset.licence.training_data
    template = TEMPLATES[preset.alignment.template]
    assert (preset.input.width_px, preset.input.height_px) == (
        template.width_px,
        template.height_px,
    )
    if preset.results or preset.calibrations or preset.codes:
        assert preset.source_sha256, "figures hold for one file, which must be known"


@pytest.mark.parametrize("name", builtin_names())
def test_a_built_in_bundle_is_whole(name: str) -> None:
    manifest = open_bundle(name).manifest
    assert manifest.id == name
    assert manifest.golden is not None
    assert manifest.licence.spdx and manifest.licence.training_data
    template = TEMPLATES[manifest.alignment.template]
    assert (manifest.input.width_px, manifest.input.height_px) == (
        template.width_px,
        template.height_px,
    )
