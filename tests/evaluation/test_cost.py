"""What a training costs, also one that goes on from a saved state."""

import json

import pytest

from auva.errors import InputError
from auva.models import state as states
from auva.models.meter import metered, spent
from auva.models.run import expand
from auva.models.training import train
from auva.records.cost import Cost, read_cost, write_cost


def test_a_state_carries_the_seconds_before_it(tmp_path, monkeypatch):
    clock = iter([10.0, 15.0, 100.0, 103.0, 107.0])
    monkeypatch.setattr("auva.models.meter.time.process_time", lambda: next(clock))
    with metered():
        states.write_state(tmp_path, {}, {"step": 3, "digest": "d"})  # 5 s
    with metered() as meter:
        assert states.resume(tmp_path, "d", 9, lambda *_: None, lambda: None)
        assert meter.seconds() == 8
        assert spent() == 12


def test_a_state_of_other_settings_counts_for_nothing(tmp_path, monkeypatch):
    clock = iter([10.0, 15.0, 100.0, 103.0])
    monkeypatch.setattr("auva.models.meter.time.process_time", lambda: next(clock))
    with metered():
        states.write_state(tmp_path, {}, {"step": 3, "digest": "d"})
    with metered() as meter:
        assert not states.resume(tmp_path, "other", 9, lambda *_: None, lambda: None)
        assert meter.seconds() == 3


def test_a_training_that_is_not_metered_writes_the_same_state_each_time(tmp_path):
    assert spent() == 0
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        states.write_state(tmp_path / name, {}, {"step": 3, "digest": "d"})
    one, two = ((tmp_path / name / states.STATE).read_bytes() for name in ("a", "b"))
    assert one == two


def test_a_training_tells_its_cost(trained, tmp_path):
    linear = {"lin": {"model": "linear", "kind": "vaau", "training": {"image_size": 28}}}
    ((_, run),) = expand(linear, {}).items()
    train(run, trained.packed, tmp_path / "run")
    cost = read_cost(tmp_path / "run" / "cost.json")
    assert cost.cpu_seconds > 0
    assert cost.parameters is not None
    assert cost.parameters % 10 == 0  # weights and bias of eight units and two dimensions


def test_weights_of_a_gan_are_those_of_both_networks(trained, tmp_path):
    short = {"iterations": 2, "batch_size": 8, "tensorboard": False, "checkpoint_interval": 2}
    ((_, run),) = expand({"au": {"kind": "au"}}, short).items()
    train(run, trained.packed, tmp_path / "run")
    cost = read_cost(tmp_path / "run" / "cost.json")
    assert cost.parameters is not None
    assert 100_000 < cost.parameters < 50_000_000


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cpu_seconds": -1, "parameters": 2}', '{"cpu_seconds": 1}']
)
def test_what_is_no_cost_is_refused(tmp_path, text):
    path = tmp_path / "cost.json"
    path.write_text(text)
    with pytest.raises(InputError, match="is not the cost of a training"):
        read_cost(path)


def test_a_cost_is_read_as_it_was_written(tmp_path):
    write_cost(tmp_path / "cost.json", Cost(1.234567, None))
    assert json.loads((tmp_path / "cost.json").read_text()) == {
        "cpu_seconds": 1.23,
        "parameters": None,
    }
    assert read_cost(tmp_path / "cost.json") == Cost(1.23, None)
