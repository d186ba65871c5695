import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from facemetric.evaluation import Settings
from facemetric.evaluation.parts import Part, measure_groups

SETTINGS = Settings(replicates=100)


def test_too_few_groups_cost_precision_and_too_many_cost_recall() -> None:
    people = np.repeat(np.arange(10), 4)
    joined = measure_groups("groups", people // 2, people, SETTINGS)
    assert joined.figure("pairwise recall").value == 1
    assert joined.figure("pairwise precision").value == pytest.approx(3 / 7)
    assert joined.counts == {"photographs": 40, "people": 10, "groups": 5, "alone": 0}
    split = measure_groups("groups", np.arange(40) // 2, people, SETTINGS)
    assert split.figure("pairwise precision").value == 1
    assert split.figure("pairwise recall").value == pytest.approx(1 / 3)


def test_figures_agree_with_scikit_learn_and_lie_in_their_intervals() -> None:
    random = np.random.default_rng(3)
    people = random.integers(0, 12, 90)
    groups = np.where(random.random(90) < 0.8, people, random.integers(-1, 14, 90))
    part = measure_groups("groups", groups, people, SETTINGS)
    alone = np.flatnonzero(groups < 0)
    assert part.counts["alone"] == len(alone) > 0
    each = groups.copy()
    each[alone] = 100 + np.arange(len(alone))
    assert part.figure("ARI").value == pytest.approx(adjusted_rand_score(people, each))
    assert part.figure("NMI").value == pytest.approx(normalized_mutual_info_score(people, each))
    for figure in part.figures:
        assert figure.interval is not None and figure.value is not None
        assert figure.interval.low <= figure.value <= figure.interval.high


def test_one_is_counted_in_the_singular() -> None:
    part = Part(
        kind="verification",
        name="pairs",
        figures=(),
        counts={"genuine pairs": 1, "impostor pairs": 2000, "people": 1, "pairs with a gap": 1},
    )
    assert part.compared == "1 genuine pair, 2,000 impostor pairs, 1 person, 1 pair with a gap"


def test_one_person_has_no_interval() -> None:
    part = measure_groups("groups", np.array([0, 0, 1]), np.array([4, 4, 4]), SETTINGS)
    assert part.figure("pairwise recall").value == pytest.approx(1 / 3)
    assert all(figure.interval is None for figure in part.figures)
