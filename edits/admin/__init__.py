"""Django admin for reviewers and operators. No decisions are made here: every button calls a component.

site           the admin site and its overview       charts          charts of the last days
review_queue   pairs that wait for a reviewer        review_session  what a reviewer has done and can undo
review_pairs   what the queue shows of each          jobs            every edit: list and actions
job_detail     one edit, and what can be done        search          search and filters that stay fast
csv_export     jobs and costs as CSV                 rows            attempts, events, photos, the breaker
profiles       limits, trust, suspension             users           accounts, and how they are erased
read_only      nothing is edited by hand             ledger          where our ledger and Wiro disagree
model_choices  the models, and what is offered      registration    registers all of them
group_budgets  what groups may spend                unlisted        tables that nobody needs to see
"""
