"""Registers every page of the admin.

Separate from the package's __init__, because the site itself is imported from there before anything can be registered with it.
"""

from . import group_budgets, jobs, ledger, model_choices, profiles, rows, unlisted, users

__all__ = ["group_budgets", "jobs", "ledger", "model_choices", "profiles", "rows", "unlisted", "users"]
