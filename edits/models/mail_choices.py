"""Which mails somebody wants about their edits, and in which language. Without a row: all of them."""

from django.conf import settings
from django.db import models


class MailChoices(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    results = models.BooleanField(default=True)
    batches = models.BooleanField(default=True)
    reviews = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True, default="")
    # Where this person reaches the site, for links in mails that no request asked for.
    origin = models.CharField(max_length=300, blank=True, default="")

    def __str__(self) -> str:
        return f"email choices of person {self.user_id}"
