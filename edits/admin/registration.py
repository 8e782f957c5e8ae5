"""Registers every page of the admin.

Apart from the package, because the site itself is imported from there, before anything can be registered with it.
"""

from . import jobs, ledger, model_choices, profiles, rows, users

__all__ = ["jobs", "ledger", "model_choices", "profiles", "rows", "users"]
