"""Ordering: what happens between an accepted form and a queued edit.

create   committed rows, quota and money reserved    quotas          how much a person and the site may ask for
sources  where a new edit begins                     prompt_history  earlier instructions, to be used again
keep_rest  a free version: only what changed    offers          which models people may choose
prices     what an edit is expected to cost        seeds           random seeds that a model takes
"""
