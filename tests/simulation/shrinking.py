"""The shortest way found to the same failure: fewer edits, fewer steps, fewer kinds of trouble."""

from dataclasses import replace
from typing import Any

from .dice import KINDS
from .simulation import Failure, Simulation


def shrunk(failure: Failure) -> Failure:
    """Try what is simpler, and keep what still fails in the same way."""
    for edits in range(1, failure.scenario.edits):
        failure = _kept(failure, edits=edits)
    for kind in KINDS:
        failure = _kept(failure, without=failure.scenario.without | {kind})
    for steps in range(failure.scenario.steps - 20, 0, -20):
        failure = _kept(failure, steps=steps)
    return failure


def _kept(failure: Failure, **simpler: Any) -> Failure:
    found = Simulation(replace(failure.scenario, **simpler)).run()
    return found if found and _kind(found.problem) == _kind(failure.problem) else failure


def _kind(problem: str) -> str:
    """The words of a problem without its numbers and names."""
    return " ".join(word for word in problem.splitlines()[-1].split() if word.isalpha())
