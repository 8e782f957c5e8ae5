"""Operations: what operators see and do.

metrics           how much is going on, and how it went  operator_actions  what may be done about a job
request_preview   what exactly was sent to Wiro          prometheus        the figures for Prometheus
readiness         is the work getting done?              backup            everything into a folder
restore           and back into an empty site            postgres_tools    pg_dump and pg_restore
model_record      how each model has done here           one_line          mistakes of a command, in one line
query_statistics  what SQLite needs to choose an index
"""
