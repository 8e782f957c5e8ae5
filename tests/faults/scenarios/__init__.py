"""All scenarios, in an order in which processes that fit are used again."""

from tests.faults.runner import Scenario
from tests.faults.scenarios import answers, clocks, kills, machines, network, people, processes, restoring, running, storage

ALL: list[Scenario] = [
    *running.SCENARIOS,
    *answers.SCENARIOS,
    *network.SCENARIOS,
    *kills.SCENARIOS,
    *processes.SCENARIOS,
    *clocks.SCENARIOS,
    *storage.SCENARIOS,
    *people.SCENARIOS,
    *restoring.SCENARIOS,
    *machines.SCENARIOS,
]
