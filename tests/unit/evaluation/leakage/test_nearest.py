import numpy as np

from facemetric.evaluation.leakage import nearest_people, people_with_doubles
from facemetric.evaluation.leakage.nearest import mean_embeddings


def test_means_nearest_and_doubles() -> None:
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 1, 2]]
    people, means = mean_embeddings(vectors, np.array([5, 5, 7, 9]))
    assert people.tolist() == [5, 7, 9]
    assert np.allclose(means, np.eye(4)[:3])
    near = nearest_people(vectors, np.array([5, 5, 7, 9]), vectors[2:], np.array([1, 2]))
    assert near.others.tolist()[1:] == [1, 2]
    assert near.similarities.tolist() == [0, 1, 1]
    twice = np.concatenate([vectors, vectors[2:3]])
    assert people_with_doubles(twice, np.array([5, 5, 7, 9, 11]), similarity=0.9).tolist() == [
        7,
        11,
    ]
