"""A local Wiro over real HTTP: signatures, refusals, task statuses, callbacks, faults on demand.

It never calls the real model.
"""

from .faults import Fault
from .server import SandboxServer

__all__ = ["Fault", "SandboxServer"]
