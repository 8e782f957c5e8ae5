"""A table with exactly one row."""

from typing import Self

from django.db import models


class Singleton(models.Model):
    """The one row has the primary key 1; a check constraint of each table refuses any other."""

    class Meta:
        abstract = True

    @classmethod
    def current(cls) -> Self:
        return cls._default_manager.get_or_create(pk=1)[0]
