"""Which model edits: the choice in the composer, its prices, and the fields of each model's inputs.

form       which models a form asks for, and what was shown     fields    their inputs, as fields of the form
choices    the models, with price and time                      facts     model and inputs of an edit, in words
"""
