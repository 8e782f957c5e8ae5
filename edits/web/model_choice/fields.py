"""The inputs of a model as fields of the form, with the names, limits, texts and defaults of its declaration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from ...jobs.catalog import SEEDEDIT, DeclaredInput, Kind, ModelDeclaration, spoken

# One field for all models that have such an input.
COMMON = ("seed", "watermark")


def name_of(model: ModelDeclaration, field: str) -> str:
    """The name of an input's field on the page. Other models may have inputs of the same name with other choices."""
    return field if field in COMMON or model.slug == SEEDEDIT else f"{model.key}-{field}"


@dataclass(frozen=True)
class InputField:
    """One input as a page shows it; `value` is what was sent or the default, `errors` what is wrong with it."""

    name: str
    declared: DeclaredInput
    value: Any
    errors: list[str]

    @property
    def kind(self) -> str:
        return str(self.declared.kind)

    @property
    def is_slider(self) -> bool:
        return self.declared.kind == Kind.DECIMAL and bool(self.declared.ends)

    @property
    def label(self) -> str:
        return spoken(self.declared.label)

    @property
    def help(self) -> str:
        return spoken(self.declared.help)

    @property
    def ends(self) -> list[str]:
        return [spoken(end) for end in self.declared.ends]

    @property
    def options(self) -> list[tuple[str, str]]:
        return [(option.value, spoken(option.label)) for option in self.declared.options]


class ModelInputs(forms.Form):
    """The inputs of one model. `data` may contain each under its name on the page or, as scripts send it, under its field."""

    def __init__(self, model: ModelDeclaration, data: Mapping[str, Any] | None) -> None:
        self.model = model
        self.sent_names = {item.field: self._sent_name(item.field, data or {}) for item in model.inputs}
        given = {field: (data or {}).get(name) for field, name in self.sent_names.items()}
        super().__init__({name: value for name, value in given.items() if value is not None} if data is not None else None)
        self.fields |= {item.field: _field(item) for item in model.inputs}

    def _sent_name(self, field: str, data: Mapping[str, Any]) -> str:
        name = name_of(self.model, field)
        return field if field in data and name not in data else name

    def clean(self) -> dict[str, Any]:
        """Inputs that were left out get their defaults."""
        cleaned = super().clean() or self.cleaned_data
        for item in self.model.inputs:
            is_left_out = item.kind != Kind.SWITCH and not self.data.get(item.field)
            if item.field in cleaned and is_left_out:
                cleaned[item.field] = item.default
        return cleaned

    def shown(self, item: DeclaredInput) -> InputField:
        value = self.data.get(item.field, False if item.kind == Kind.SWITCH else "") if self.is_bound else item.default
        errors = [str(error) for error in self.errors.get(item.field, [])] if self.is_bound else []
        return InputField(name_of(self.model, item.field), item, value, errors)

    def own_fields(self) -> list[InputField]:
        """Fields that no other model shares."""
        return [self.shown(item) for item in self.model.inputs if item.field not in COMMON]


def _field(item: DeclaredInput) -> forms.Field:
    keywords: dict[str, Any] = {"required": False, "label": spoken(item.label)}
    if item.wrong:
        keywords["error_messages"] = dict.fromkeys(("min_value", "max_value", "invalid", "invalid_choice"), spoken(item.wrong))
    limits: dict[str, Any] = {"min_value": item.minimum, "max_value": item.maximum}
    match item.kind:
        case Kind.SWITCH:
            return forms.BooleanField(**keywords)
        case Kind.CHOICE:
            return forms.ChoiceField(choices=[(option.value, option.value) for option in item.options], **keywords)
        case Kind.DECIMAL:
            return forms.FloatField(**keywords, **limits)
        case Kind.WHOLE | Kind.SEED:
            return forms.IntegerField(**keywords, **limits)
        case Kind.TEXT:
            return forms.CharField(max_length=int(item.maximum) if item.maximum else None, **keywords)
