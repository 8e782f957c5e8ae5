"""Accounts: how they begin and end.

signup     new accounts, limited by address            deletion    an account and all that belongs to it go
retention  what is cleaned up from time to time        stored_files  do rows and files agree?
"""
