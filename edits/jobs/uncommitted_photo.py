"""Files and rows together: a photo whose row was not saved leaves no file behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..images import CleanPicture
from ..models import Photo


@contextmanager
def stored_photo(owner_id: int, picture: CleanPicture) -> Iterator[Photo]:
    """A photo with stored files and no row yet. Unless the block saves it, its files, and only its own, are removed."""
    photo = Photo.from_picture(owner_id, picture)
    try:
        yield photo
    finally:
        if photo.pk is None or not Photo.objects.filter(pk=photo.pk).exists():
            photo.remove_files()
