"""Django admin for reviewers and operators. No decisions here: every button asks the components.

site           the admin site, its first page        charts          the last days as pictures
review_queue   pairs that wait for a reviewer        review_session  what a reviewer has done and can undo
review_pairs   what the queue shows of each          jobs            every edit: list and actions
job_detail     one edit, and what can be done        search          search and filters that stay quick
csv_export     jobs and costs as CSV                 rows            attempts, events, photos, the breaker
profiles       limits, trust, suspension             users           accounts, and how one is deleted
read_only      nothing is edited by hand             ledger          where our books and Wiro disagree
registration   registers all of them
"""
