"""New accounts, counted by address so that nobody makes them by the hundred."""

from django.db import models


class Signup(models.Model):
    address = models.GenericIPAddressField()
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.address} {self.at:%Y-%m-%d %H:%M}"
