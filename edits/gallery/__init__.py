"""The gallery and the pictures that are kept: who sees them, and how they go.

sharing    the public gallery and private links         moderation  reviewers decide what the gallery shows
trash      soft delete, restore, purge; favorites       redaction   the words of an edit go, its numbers stay
downloads  pictures on their way out, marked as AI      news        what owners have not looked at yet
"""
