"""How often Wiro was asked what, how that ended, and how long it took: added up for all processes on all machines."""

from django.db import models


class ProviderCall(models.Model):
    """So many calls of this kind ended so and took at most so many seconds, and more than those of the next smaller row."""

    call = models.CharField(max_length=40)
    outcome = models.CharField(max_length=20)
    # Seconds, as is `seconds`, which is what all of them took together.
    at_most = models.FloatField()
    count = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "outcome", "at_most"], name="one_row_per_call_outcome_and_time")]

    def __str__(self) -> str:
        return f"{self.call} {self.outcome} ≤ {self.at_most} s: {self.count}"
