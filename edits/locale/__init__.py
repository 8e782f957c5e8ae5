"""Dates and times as the pages' script writes them in the reader's zone, see static/js/site.js."""
