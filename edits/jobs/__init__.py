"""The engine: the only component that moves an edit from state to state. The database is the queue.

engine            advance(): claim, one step, save        scheduler         dispatches what is due
worker_pool       the threads that do the steps           timing            every duration
submit            queued → running, the paid step         admission         may this edit be submitted now?
circuit_breaker   when nobody may                         fair_queue        whose turn it is
poll              running → its end                       rate_limiter      how often Wiro is asked
fetch             fetching → succeeded                    result_recovery   a paid result that failed here
reconcile         unconfirmed → found at Wiro, or not     task_match        which task belongs to which attempt
webhooks          callbacks: "look again soon"            task_id_spool     task ids while the database is away
provider          the client, and what an edit sends      provider_cleanup  Wiro's copies are deleted
actions           what people may ask of a job            recovery          after a restore or a lost sandbox
storage_health    can results be stored?                  change_map        what an edit changed
sent_picture      the photo, or a region's crop           compositing       the painted region, put into the photo
backfill          what was delivered without              task_listing      Wiro's list, read back to a moment
ledger_comparison  do our books and Wiro agree?           uncommitted_photo  files whose row is not saved yet
"""
