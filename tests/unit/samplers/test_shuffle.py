from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.samplers import Shuffle


@settings(deadline=None, max_examples=40)
@given(images=st.integers(1, 60), batch_size=st.integers(1, 20), epoch=st.integers(0, 100))
def test_every_image_comes_once(images: int, batch_size: int, epoch: int) -> None:
    labels = np.zeros(images, dtype=np.int64)
    batches = Shuffle(labels, batch_size=batch_size, drop_last=False).batches(epoch)
    assert sorted(np.concatenate(batches).tolist()) == list(range(images))
    assert all(len(rows) == batch_size for rows in batches[:-1])
    if images < batch_size:
        with pytest.raises(InputError, match=r"batch_size: .* Choose a smaller batch, or drop_la"):
            Shuffle(labels, batch_size=batch_size)
        return
    full = Shuffle(labels, batch_size=batch_size).batches(epoch)
    assert [rows.tolist() for rows in full] == [
        rows.tolist() for rows in batches if len(rows) == batch_size
    ]
