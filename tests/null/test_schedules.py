"""Schedules without numbers: arguments, configs, names."""

import pytest

from hornbeam.core.errors import ConfigError
from hornbeam.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from hornbeam.optimizers.schedules.decay import (
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from hornbeam.optimizers.schedules.schedule import LearningRateSchedule, deserialize, serialize

SCHEDULES = [
    ExponentialDecay(0.1, 10, 0.5, staircase=True),
    InverseTimeDecay(0.1, 10, 0.5),
    PolynomialDecay(0.1, 10, power=2.0, cycle=True),
    PiecewiseConstantDecay([1, 2], [0.3, 0.2, 0.1]),
    CosineDecay(0.1, 10, warmup_target=0.2, warmup_steps=3),
    CosineDecayRestarts(0.1, 10, t_mul=1.5),
]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.name)
def test_a_config_makes_the_schedule_again(schedule):
    form = serialize(schedule)
    assert form["module"] == "keras.optimizers.schedules"
    again = deserialize(form)
    assert type(again) is type(schedule)
    assert again.get_config() == schedule.get_config()


@pytest.mark.parametrize("make", [ExponentialDecay, InverseTimeDecay])
def test_periods_must_be_positive(make):
    with pytest.raises(ConfigError, match=r"decay_steps.*0"):
        make(0.1, 0, 0.5)


def test_restarts_name_their_own_argument():
    with pytest.raises(ConfigError, match="first_decay_steps"):
        CosineDecayRestarts(0.1, -1)


def test_one_value_more_than_boundaries():
    with pytest.raises(ConfigError, match="1 less"):
        PiecewiseConstantDecay([1, 2], [0.1, 0.2])


def test_a_schedule_must_say_what_it_does():
    with pytest.raises(NotImplementedError, match="Silent"):
        type("Silent", (LearningRateSchedule,), {})()(0)
    with pytest.raises(NotImplementedError, match="get_config"):
        LearningRateSchedule().get_config()


def test_a_class_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="schedule"):
        deserialize({"class_name": "Adam", "config": {}})
