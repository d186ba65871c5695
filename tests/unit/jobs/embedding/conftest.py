from __future__ import annotations

from pathlib import Path

import pytest

from layouts.portraits import build_portraits


@pytest.fixture(scope="session")
def portraits(
    samples: dict[str, Path], no_face_photo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Ten files: seven photographs with none, one or five faces, three that are damaged."""
    return build_portraits(tmp_path_factory.mktemp("set") / "portraits", samples, no_face_photo)
