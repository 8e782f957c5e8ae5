"""`{{ amount|dollars }}` in templates."""

from django.template import Library

from ..web.money import dollars

register = Library()
register.filter("dollars", dollars)
