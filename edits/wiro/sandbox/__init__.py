"""A local Wiro over real HTTP: signatures, refusals, task statuses, callbacks, faults on demand.

It never calls the real model.

server            listens and answers                     api               calls, answers, refusals, callbacks, socket
faults            what goes wrong, ordered by tests       tasks             from accepted to ended
fault_responses   the responses that faults cause         model             what a prompt does to a picture
program           its options, and running until a signal
"""

from .faults import Fault
from .server import SandboxServer

__all__ = ["Fault", "SandboxServer"]
