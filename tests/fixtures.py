"""The types of shared fixtures that are functions (see conftest.py)."""

from collections.abc import Callable
from typing import TypeAlias

from django.contrib.auth.models import User
from django.test import Client

from edits.models import Edit

SignIn: TypeAlias = Callable[[User], Client]
"""Sign a person in; returns the browser."""
NewEdit: TypeAlias = Callable[..., Edit]
"""Queue an edit of Alice's, or of `owner`, with these inputs."""
MakeStaff: TypeAlias = Callable[..., User]
"""Create a member of the staff with what a group may do: `staff(group, name)`."""
OfferPairs: TypeAlias = Callable[..., list[Edit]]
"""So many pairs of Alice's that wait for a reviewer, oldest first: `offered(count, **fields)`."""
