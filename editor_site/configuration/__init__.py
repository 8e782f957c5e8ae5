"""What `settings` is made of: read from the environment, one subject in each module.

environment       variables, their types and old names       secret_files       secrets from files
database_settings  SQLite or PostgreSQL                      picture_settings   a folder or a bucket
account_settings  signing in                                 log_settings       what is logged, and how
exposure          can others reach this site?                schedule           what Celery beat runs
sentry            where errors are reported                  content_security_policy  what a page may load
"""
