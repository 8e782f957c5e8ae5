"""Some runs of the simulation with every run of the suite; `make simulate SEEDS=10000` looks further."""

import pytest
from django.db import connection

from .dice import KINDS
from .simulation import Scenario, Simulation

SEEDS = 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(900)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="all workers share one connection")
def test_whatever_happens_nothing_is_lost_and_nothing_is_paid_twice() -> None:
    failures = filter(None, (Simulation(Scenario(seed)).run() for seed in range(1, SEEDS + 1)))
    assert [f"seed {failure.scenario.seed}: {failure.problem}" for failure in failures] == []


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_is_the_same_run_whatever_ran_before() -> None:
    histories = []
    for seed in (5, 26, 37, 26, 5):
        simulation = Simulation(Scenario(seed))
        simulation.run()
        histories.append(simulation.loop.history)
    assert histories == histories[::-1]


@pytest.mark.django_db(transaction=True)
def test_without_any_trouble_every_edit_is_delivered() -> None:
    simulation = Simulation(Scenario(3, without=frozenset(KINDS)))
    assert simulation.run() is None
    assert simulation.wiro.tasks
    assert {task.was_erased for task in simulation.wiro.tasks.values()} == {True}
