"""The reviewers' desk in Django admin. No decisions here: every button asks the lifecycle.

site        the admin itself: its first page is the overview      read_only   nothing is edited by hand
edits       every job: list and page                              rows        attempts, events, pictures, the gate
"""

from . import edits, rows

__all__ = ["edits", "rows"]
