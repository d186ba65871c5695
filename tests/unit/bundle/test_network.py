import numpy as np
import pytest

from facemetric.bundle import Network, save_bundle
from facemetric.bundle.graph import GraphBuilder
from facemetric.errors import IntegrityError, ProviderError
from facemetric.runtime import available_providers

from .conftest import DIM, SIDE, tiny_graph, tiny_manifest


def chips(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8)


def test_a_fixed_batch_of_one_is_run_one_by_one(tmp_path, tiny) -> None:
    graph = tiny_graph(batch=1)
    spec = {**tiny.manifest.input.model_dump(), "max_batch": 1}
    single = save_bundle(tmp_path / "single", tiny_manifest(graph, input=spec), graph)
    np.testing.assert_allclose(
        Network(single).raw(chips(5)), Network(tiny).raw(chips(5)), atol=1e-6
    )
    unsaid = save_bundle(tmp_path / "unsaid", tiny_manifest(graph), graph)
    with pytest.raises(IntegrityError, match="any number chips at once"):
        Network(unsaid)


def test_a_limit_below_what_the_graph_takes_is_kept(make_tiny, tiny, monkeypatch) -> None:
    spec = {**tiny.manifest.input.model_dump(), "max_batch": 2}
    network = Network(make_tiny("limited", input=spec))
    sizes = []
    run = network._session.run
    monkeypatch.setattr(
        network._session,
        "run",
        lambda feeds, out: (sizes.append(len(feeds["chips"])), run(feeds, out))[1],
    )
    raw = network.raw(chips(5))
    assert sizes == [2, 2, 1]
    np.testing.assert_allclose(raw, Network(tiny).raw(chips(5)), atol=1e-6)


def test_no_chips_give_no_rows(tiny) -> None:
    assert Network(tiny).raw(chips(0)).shape == (0, DIM)


@pytest.mark.parametrize("operator", ["Sub", "Div"])
def test_outputs_without_a_direction_are_named(tmp_path, operator: str) -> None:
    graph = GraphBuilder("broken")
    x = graph.node("Flatten", graph.node("GlobalAveragePool", "chips"), axis=1)
    zero = graph.node("Sub", x, x)
    graph.node(operator, zero, zero)
    data = graph.finish(("chips", ("N", 3, SIDE, SIDE)), ("embeddings", ("N", 3)))
    bundle = save_bundle(tmp_path / "b", tiny_manifest(data, embedding={"dim": 3}), data)
    with pytest.raises(IntegrityError, match=r"no direction for chips \[0, 1\]"):
        Network(bundle).raw(chips(2))


def test_a_missing_provider_is_an_error(tiny) -> None:
    missing = sorted({"cuda", "openvino", "coreml"} - set(available_providers()))
    for provider in missing:
        with pytest.raises(ProviderError, match=provider):
            Network(tiny, provider=provider)
    assert missing
