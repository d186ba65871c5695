from __future__ import annotations

from pathlib import Path

import pytest

from facemetric.bundle import import_model
from facemetric.errors import BundleError, InputError


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"model\.pkl: expected \.onnx, .*got '\.pkl'"):
        import_model(tmp_path / "model.pkl")


def test_options_of_another_format_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.h5 models do not take colour"):
        import_model(tmp_path / "model.h5", colour="rgb")


@pytest.mark.parametrize("suffix", [".onnx", ".h5", ".pt"])
def test_the_importer_of_the_format_reads_the_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{suffix}"
    path.write_bytes(b"neither graph nor weights")
    preset = {".onnx": "mobilefacenet-ms1m", ".h5": "keras-facenet"}.get(suffix)
    with pytest.raises(BundleError, match=f"model{suffix}"):
        import_model(path, any_weights=True, **({"preset": preset} if preset else {}))
