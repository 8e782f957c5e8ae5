"""What goes wrong in a command for operators, in one line that says where."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import DatabaseError


@contextmanager
def in_one_line(*refusals: type[Exception]) -> Iterator[None]:
    """Raises CommandError for `refusals`, whose text is for operators, and for what database and disks have to say."""
    try:
        yield
    except refusals as error:
        raise CommandError(str(error)) from error
    except DatabaseError as error:
        raise CommandError(f"cannot use the database: {' '.join(str(error).split())}") from error
    except OSError as error:
        place = error.filename or "a disk being written to"
        raise CommandError(f"{place}: {error.strerror}" if error.strerror else str(error)) from error
