"""`{{ edit|sharing_badge }}` in templates."""

from django.template import Library

from ..web.badges import sharing_badge

register = Library()
register.filter("sharing_badge", sharing_badge)
