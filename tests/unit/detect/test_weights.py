import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest

from facemetric.detect import weights
from facemetric.detect.weights import SHA256, load_weights
from facemetric.errors import DependencyError, IntegrityError


@pytest.mark.parametrize(("net", "arrays"), [("pnet", 13), ("rnet", 16), ("onet", 21)])
def test_the_arrays_are_there(net, arrays):
    loaded = load_weights(net)
    assert len(loaded) == arrays
    assert {array.dtype for array in loaded} == {np.dtype(np.float32)}


def test_a_changed_file_is_never_opened(tmp_path, monkeypatch):
    import joblib

    def refuse(*_args, **_options):
        raise AssertionError("opened")

    monkeypatch.setattr(joblib, "load", refuse)
    for net in SHA256:
        content = bytearray((weights._installed_folder() / f"{net}.lz4").read_bytes())
        content[len(content) // 2] ^= 1
        (tmp_path / f"{net}.lz4").write_bytes(content)
        with pytest.raises(IntegrityError, match=f"{net}.lz4: expected SHA-256 {SHA256[net]}"):
            load_weights(net, folder=tmp_path)


def test_an_absent_file_says_how_to_get_it(tmp_path):
    with pytest.raises(IntegrityError, match=r"pip install --force-reinstall \"mtcnn==1.0.0\""):
        load_weights("pnet", folder=tmp_path)


def test_an_absent_distribution_says_how_to_get_it(monkeypatch):
    def absent(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(weights, "distribution", absent)
    with pytest.raises(DependencyError, match=r"pip install \"mtcnn==1.0.0\""):
        load_weights("pnet")


def test_the_code_of_the_distribution_is_not_imported():
    script = (
        "import sys\n"
        "from facemetric.detect import Mtcnn\n"
        "Mtcnn(threads=1)\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "sys.exit(bool(loaded & {'mtcnn', 'tensorflow', 'torch'}))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
