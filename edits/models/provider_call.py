"""How often each call to Wiro was made, how it ended, and how long it took: added up for all processes on all machines."""

from django.db import models


class ProviderCall(models.Model):
    """`count` calls of this kind and outcome took at most `at_most` seconds, but longer than the next smaller row's."""

    call = models.CharField(max_length=40)
    outcome = models.CharField(max_length=20)
    # In seconds, like `seconds`, which is the total of all these calls.
    at_most = models.FloatField()
    count = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "outcome", "at_most"], name="one_row_per_call_outcome_and_time")]

    def __str__(self) -> str:
        return f"{self.call} {self.outcome} ≤ {self.at_most} s: {self.count}"
