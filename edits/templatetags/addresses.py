"""Template filters for the URLs of an edit and its pictures."""

from django import template

from ..models import Edit
from ..ordering.sources import RESULT, Start
from ..web import addresses

register = template.Library()

register.filter("edit_url", addresses.edit_url)
register.filter("status_url", addresses.status_url)
register.filter("before", addresses.before)
register.filter("after", addresses.after)


@register.filter
def start_picture(start: Start) -> addresses.PictureAddresses | None:
    """The side of a version that a new edit starts from."""
    return addresses.after(start.edit) if start.side == RESULT else addresses.before(start.edit)


@register.filter
def latest_picture(edit: Edit) -> addresses.PictureAddresses:
    """The result, or the photo while there is none."""
    return addresses.after(edit) or addresses.before(edit)
