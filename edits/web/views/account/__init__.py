"""The pages of a person's own account.

overview   what the site stores, the password, leaving
"""
