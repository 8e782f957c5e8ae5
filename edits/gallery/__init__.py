"""The gallery and stored pictures: who can see them, and how they are removed.

sharing    the public gallery and private links         moderation  reviewers decide what the gallery shows
trash      soft delete, restore, purge                  redaction   removes an edit's texts, keeps its numbers
downloads  pictures as they are served, labeled as AI    news        what owners have not looked at yet
favorites  edits marked with a heart                   blind       several models compared without their names
"""
