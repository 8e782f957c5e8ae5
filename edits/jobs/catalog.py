"""The declared models, as the rest of the program asks for them: those that come with it and those of this site."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from ..models import Edit
from ..wiro.catalog import METHODS, SEEDEDIT, Catalog, DeclaredInput, Kind, ModelDeclaration, PriceRule, Text, is_plausible, load

__all__ = [
    "METHODS",
    "SEEDEDIT",
    "DeclaredInput",
    "Kind",
    "ModelDeclaration",
    "PriceRule",
    "catalog",
    "declared",
    "has_seed",
    "is_plausible",
    "name_of",
    "spoken",
    "stored",
    "values_of",
]

# Inputs that have columns of their own; all others are in `Edit.inputs`.
COLUMNS = ("guidance_scale", "watermark")


@lru_cache(maxsize=8)
def _loaded(folder: Path) -> Catalog:
    return load(folder)


def catalog() -> Catalog:
    """Read once for each process."""
    return _loaded(Path(settings.MODELS_DIR))


def declared(edit: Edit) -> ModelDeclaration:
    """The model of an edit. Raises KeyError if it is not declared anymore."""
    return catalog()[edit.model]


def name_of(slug: str) -> str:
    """What people call this model."""
    model = catalog().get(slug)
    return model.name if model else slug


def has_seed(edit: Edit) -> bool:
    """Without a seed, the same request gives another result each time."""
    model = catalog().get(edit.model)
    return model is None or model.seed is not None


def values_of(edit: Edit) -> dict[str, Any]:
    """The values of the model's inputs, by field."""
    return {**edit.inputs, **{name: getattr(edit, name) for name in COLUMNS}, "seed": edit.seed}


def stored(values: dict[str, Any]) -> dict[str, Any]:
    """The columns of an edit for these values of inputs, without the seed."""
    columns = {name: values[name] for name in COLUMNS if name in values}
    rest = {name: value for name, value in values.items() if name not in (*COLUMNS, "seed")}
    return {**columns, "inputs": rest}


def spoken(text: Text) -> str:
    """In the language of the reader."""
    return text.in_language(get_language() or "en")
