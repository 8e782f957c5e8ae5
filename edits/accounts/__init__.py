"""Accounts: how they are created and deleted.

signup     new accounts, limited by IP address         deletion    removes an account and all that belongs to it
retention  what is cleaned up from time to time        stored_files  do rows and files agree?
"""
