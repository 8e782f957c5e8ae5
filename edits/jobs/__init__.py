"""The engine: the only component that moves an edit from state to state. The database is the queue.

engine             advance(): claim, one step, save       scheduler         dispatches what is due
worker_pool        the threads that do the steps          timing            every duration
steps              submit, poll, fetch, reconcile and     flow_control      may it go on now? admission,
                   what they share                                          circuit breaker, rate limiter
webhooks           callbacks: "look again soon"           task_id_spool     task ids while the database is down
provider           the client, and what an edit sends     actions           what people may ask of a job
step_monitor       which steps are being done now     claims            leases on edits, taken and released
recovery           after a restore or a lost sandbox      backfill          what an edit was delivered without
catalog            the declared models                model_checks      does Wiro still have them? prices, inputs
ledger_comparison  does our ledger agree with Wiro?     provider_calls    how often Wiro was asked, how long
viewers            an open page: poll sooner          webhook_delivery  what users are told, and where
account            the API key that a Run was sent with
"""
