"""What ``facemetric doctor`` makes of what it finds."""

from __future__ import annotations

import pytest

from facemetric.bundle import Bundle, open_bundle
from facemetric.cli.checkup import examine


@pytest.mark.parametrize(("calibrations", "state"), [((), "warning"), (("one",), "ok")])
def test_a_built_in_bundle_without_thresholds_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, calibrations: tuple[str, ...], state: str
) -> None:
    bundle = open_bundle("dlib-resnet-v1")
    manifest = bundle.manifest.model_copy(update={"calibrations": calibrations})
    changed = Bundle(manifest, bundle.folder)
    monkeypatch.setattr("facemetric.bundle.open_bundle", lambda name: changed)
    monkeypatch.setattr("facemetric.bundle.verify_bundle", lambda bundle: None)
    (check,) = (one for one in examine() if one.name == "bundle")
    assert check.state == state
    assert ("--threshold" in (check.fix or "")) is (state == "warning")
