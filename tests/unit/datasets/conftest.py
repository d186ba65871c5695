"""Every layout twice: from LFW, and from the photographs that packages ship."""

from __future__ import annotations

from typing import cast

import pytest

from layouts.small import SmallTrees


@pytest.fixture(scope="session", params=["small_trees", "packaged_trees"])
def trees(request: pytest.FixtureRequest) -> SmallTrees:
    return cast(SmallTrees, request.getfixturevalue(request.param))
