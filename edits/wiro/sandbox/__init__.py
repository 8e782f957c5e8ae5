"""A local Wiro over real HTTP: signatures, refusals, the walk of a task, callbacks, faults on demand. Never the real model."""

from .faults import Fault
from .server import SandboxServer

__all__ = ["Fault", "SandboxServer"]
