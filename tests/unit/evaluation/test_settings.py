import pytest

from facemetric.errors import InputError
from facemetric.evaluation import Settings


def test_powers_of_ten_down_to_the_first_that_is_not_supported() -> None:
    settings = Settings()
    assert settings.fars_for(3000) == pytest.approx((0.1, 0.01, 0.001))
    assert settings.fars_for(10_000) == pytest.approx((0.1, 0.01, 0.001, 0.0001))
    assert settings.fars_for(3000, highest=0.01) == pytest.approx((0.01, 0.001))
    assert settings.fars_for(1) == pytest.approx((0.1,))
    assert settings.fpirs_for(100) == pytest.approx((0.1, 0.01))


def test_what_was_asked_for_is_reported_once_and_falling() -> None:
    settings = Settings(fars=(1e-6, 0.01, 0.01), fpirs=(0.02, 0.3))
    assert settings.fars_for(10) == (0.01, 1e-6)
    assert settings.fpirs_for(10) == (0.3, 0.02)


def test_the_draws_are_what_intervals_take() -> None:
    drawn = Settings(replicates=7, confidence=0.9, seed=3).draws
    assert drawn == {"replicates": 7, "confidence": 0.9, "seed": 3}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"fars": (0.0,)}, "fars"), ({"fpirs": (1.0,)}, "fpirs"), ({"ranks": (0,)}, "ranks")],
)
def test_rates_and_ranks_out_of_range_are_refused(wrong: dict, named: str) -> None:
    with pytest.raises(InputError) as caught:
        Settings(**wrong)
    assert caught.value.item == named


def test_no_ranks_are_refused() -> None:
    with pytest.raises(InputError, match="ranks"):
        Settings(ranks=())
