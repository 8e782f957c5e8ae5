"""Files and rows together: a photo or a region whose row was not saved leaves no file behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.base import ContentFile

from ...images import CleanPicture
from ...models import Edit, Photo


@contextmanager
def stored_photo(owner_id: int, picture: CleanPicture) -> Iterator[Photo]:
    """A photo with stored files and no row yet. Unless the block saves it, its files, and only its own, are removed."""
    photo = Photo.from_picture(owner_id, picture)
    try:
        yield photo
    finally:
        if photo.pk is None or not Photo.objects.filter(pk=photo.pk).exists():
            photo.remove_files()


@contextmanager
def stored_region(data: bytes) -> Iterator[str]:
    """The name of a stored region (a PNG) that no edit has yet, or "" for none. Unless the block saves an edit with it, it is
    removed. Each edit has its own file, so that purging one takes nothing from another."""
    region = Edit().region
    if data:
        region.save("region.png", ContentFile(data), save=False)
    name = str(region.name or "")
    try:
        yield name
    finally:
        if name and not Edit.objects.filter(region=name).exists():
            region.storage.delete(name)
