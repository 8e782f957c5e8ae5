"""Fills a database of version 0.1 and prints it as a fixture. Runs only inside a checkout of that version: see make_fixture.py.

clock     the same time and the same random numbers on every run
people    accounts, limits, and what an owner or reviewer does with a result
jobs      edits in every state, with attempts of every outcome
dump      the rows as text
"""
