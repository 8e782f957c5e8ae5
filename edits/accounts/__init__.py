"""Accounts: how they are created and deleted, and their mail.

signup     new accounts, limited by IP address         deletion    removes an account and all that belongs to it
retention  what is cleaned up from time to time        stored_files  do rows and files agree?
addresses  email addresses, and which are verified     mails       asking for a mail
mail_texts  what a mail says                           mail_delivery  sending what is due
second_factor  how many codes may be tried            export      everything that a person has, as a zip
notices     mails about edits
"""
