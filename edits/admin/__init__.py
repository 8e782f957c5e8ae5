"""The reviewers' desk in Django admin. No decisions here: every button asks the lifecycle.

edits       every job: list and page                        rows        attempts, events, pictures, the gate
desk        pairs that wait for a reviewer                  pairs       what the desk shows of each
job         one edit, and what may be done about it  finding     search and filters that stay quick
exporting   jobs and costs as CSV                    charts      the last days as pictures
people      limits, trust, suspension
sitting     what a reviewer has done and can take back      read_only   nothing is edited by hand
users       accounts, and how a person is erased            people      limits, trust, suspension
job         one edit, and what may be done about it         finding     search and filters that stay quick
exporting   jobs and costs as CSV                           (the site itself, with the first page: edits.admin_site)
"""

from . import edits, people, rows, users

__all__ = ["edits", "people", "rows", "users"]
