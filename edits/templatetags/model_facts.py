"""Template filters: the model of an edit and its inputs."""

from django import template

from ..web.model_choice import facts as model_facts

register = template.Library()
register.filter("model_name", model_facts.model_name)
register.filter("input_facts", model_facts.input_facts)
register.filter("input_values", model_facts.input_values)
