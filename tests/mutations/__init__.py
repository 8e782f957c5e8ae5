"""Honest mistakes, made one at a time in a copy of the program: each must be noticed by the simulation or by a named test."""
