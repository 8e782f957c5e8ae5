"""The part of the form that chooses models: which there are, which are chosen, and the fields of their inputs."""

import json
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ...images import PictureRefused, Rules, measure
from ...jobs.catalog import ModelDeclaration
from ...ordering import offers
from ...ordering.create import ModelChoice
from ...ordering.prices import Price, total
from .. import money, user_messages
from . import choices as model_choices
from .fields import COMMON, InputField, ModelInputs

MODELS_MAX = 4


class ModelForm(forms.Form):
    """`model` may be repeated, and may contain several slugs separated by commas: one edit is made for each."""

    model = forms.CharField(required=False)
    # What the page showed, so that nobody pays more than they have seen. A script need not send it.
    prices = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    @cached_property
    def offered(self) -> list[ModelDeclaration]:
        return offers.offered()

    @cached_property
    def chosen(self) -> list[ModelDeclaration]:
        """The models that were sent; otherwise the one that the form starts with, otherwise the default."""
        slugs = self._slugs() or [str(self.initial.get("model", ""))]
        known = {model.slug: model for model in self.offered}
        return [known[slug] for slug in dict.fromkeys(slugs) if slug in known] or self.offered[:1]

    def _slugs(self) -> list[str]:
        given: Any = self.data
        values = given.getlist("model") if hasattr(given, "getlist") else [given.get("model") or ""]
        return [slug for value in values for slug in map(str.strip, value.split(",")) if slug]

    @cached_property
    def inputs(self) -> dict[str, ModelInputs]:
        """The fields of each offered model."""
        chosen = self.chosen if self.is_bound else []
        return {model.slug: ModelInputs(model, self.data if model in chosen else None) for model in self.offered}

    def clean_model(self) -> list[ModelDeclaration]:
        found = offers.find(self._slugs())
        if found is None:
            raise forms.ValidationError(_("This model isn’t available here. Choose another one."), code="unknown_model")
        if len(found) > MODELS_MAX:
            raise forms.ValidationError(_("Choose at most %(count)d models.") % {"count": MODELS_MAX}, code="too_many_models")
        return found

    def clean_inputs(self) -> None:
        """Add the errors in the inputs of the chosen models to the errors of this form."""
        for model in self.cleaned_data.get("model") or self.chosen:
            inputs = self.inputs[model.slug]
            for field, errors in inputs.errors.items():
                # The fields are not this form's own, so `add_error` does not take them.
                self.errors[inputs.sent_names[field]] = errors

    def check_prices(self) -> None:
        """Add an error if what was chosen costs more now than the page showed."""
        shown = _decoded(self.cleaned_data.get("prices", ""))
        chosen = {model.slug for model in self.cleaned_data.get("model") or []}
        if shown and any(_rises(shown.get(slug), now) for slug, now in self._prices.items() if slug in chosen):
            price = total(choice.price for choice in self.model_choices if choice.model.slug in chosen)
            self.add_error(None, forms.ValidationError(money.price_changed(price), code="price_changed"))

    @cached_property
    def _prices(self) -> dict[str, list[float]]:
        """All that each offered model may cost, by slug."""
        return {choice.model.slug: [row["usd"] for row in choice.prices] for choice in self.model_choices}

    @property
    def shown_prices(self) -> str:
        return json.dumps(self._prices)

    def check_picture(self, width: int, height: int, size: int) -> None:
        """Raise PictureRefused for a photo that the site accepts but a chosen model does not."""
        for model in self.cleaned_data.get("model") or []:
            rules = model.picture
            measure(width, height, Rules(min_side=rules.min_side, max_ratio=rules.max_ratio))
            if size > rules.max_bytes:
                raise PictureRefused("too_large", size=size, limit=rules.max_bytes)

    @property
    def choices(self) -> list[ModelChoice]:
        """The chosen models with the values of their inputs, after cleaning."""
        return [ModelChoice(model.slug, self.inputs[model.slug].cleaned_data) for model in self.cleaned_data["model"]]

    @cached_property
    def model_choices(self) -> list[model_choices.ModelChoice]:
        return model_choices.choices(self.offered, self.chosen)

    @property
    def price(self) -> Price:
        """What one photo costs with the chosen models, in one variation."""
        return total(choice.price for choice in self.model_choices if choice.is_chosen or choice.is_compared)

    @property
    def chosen_seed(self) -> int:
        return next((int(choice.values["seed"]) for choice in self.choices if choice.values.get("seed")), 0)

    @property
    def has_input_errors(self) -> bool:
        return bool(self.errors.get("model")) or any(inputs.errors for inputs in self.inputs.values())

    @property
    def own_inputs(self) -> list[dict[str, Any]]:
        """Each offered model with the fields of its own."""
        return [{"model": model, "fields": self.inputs[model.slug].own_fields()} for model in self.offered]

    @property
    def common_fields(self) -> list[tuple[InputField, list[str]]]:
        """Fields that models share, once each, with the slugs of the models that take them."""
        found: list[tuple[InputField, list[str]]] = []
        for field in COMMON:
            takers = [model for model in self.offered if field in model.defaults]
            shown = [model for model in self.chosen if model in takers] or takers
            if shown:
                inputs = self.inputs[shown[0].slug]
                item = next(item for item in shown[0].inputs if item.field == field)
                found.append((inputs.shown(item), [model.slug for model in takers]))
        return found


def _decoded(shown: str) -> dict[str, Any]:
    """Empty for anything that no page would send."""
    try:
        decoded = json.loads(shown)
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _rises(shown: Any, now: list[float]) -> bool:
    """Also true for a model that was not shown, or whose prices now depend on other inputs."""
    if not isinstance(shown, list) or len(shown) != len(now):
        return True
    return any(not isinstance(before, int | float) or after > before for before, after in zip(shown, now, strict=True))


def picture_error(error: PictureRefused) -> forms.ValidationError:
    return forms.ValidationError(user_messages.refusal(error), code=error.code)
