"""`{{ amount|dollars }}` and `{{ price|price }}` in templates."""

from django.template import Library

from ..web.money import dollars, price

register = Library()
register.filter("dollars", dollars)
register.filter("price", price)
