"""All scenarios, in an order in which processes that fit are used again."""

from tests.faults.runner import Scenario
from tests.faults.scenarios import answers, kills, network, processes, restoring, running

ALL: list[Scenario] = [
    *running.SCENARIOS,
    *answers.SCENARIOS,
    *network.SCENARIOS,
    *kills.SCENARIOS,
    *processes.SCENARIOS,
    *restoring.SCENARIOS,
]
