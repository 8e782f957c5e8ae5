"""Which models people may choose, which of them is the default, and which one is suggested when another cannot be used."""

from django.conf import settings

from ..jobs.catalog import SEEDEDIT, ModelDeclaration, catalog
from ..models import Edit, ModelStatus

EVERY_MODEL = "*"


def offered() -> list[ModelDeclaration]:
    """The models that people may choose, the default first. Wiro has all of them, as far as we know."""
    statuses = ModelStatus.objects.in_bulk()
    return [model for model in _chosen(statuses) if not _is_gone(statuses.get(model.slug))]


def gone_default() -> ModelDeclaration | None:
    """The model that would be the default if Wiro still had it."""
    statuses = ModelStatus.objects.in_bulk()
    first = next(iter(_chosen(statuses)), None)
    return first if first and _is_gone(statuses.get(first.slug)) else None


def gone_and_changed() -> tuple[list[ModelDeclaration], list[ModelDeclaration]]:
    """Models that people could choose if Wiro still had them, and models that they may choose although Wiro describes them
    differently from how they are declared here."""
    statuses = ModelStatus.objects.in_bulk()
    found = [(model, statuses[model.slug]) for model in _chosen(statuses) if model.slug in statuses]
    gone = [model for model, status in found if _is_gone(status)]
    return gone, [model for model, status in found if status.differences and not _is_gone(status)]


def find(slugs: list[str]) -> list[ModelDeclaration] | None:
    """The offered models with these slugs, each once; the default for none. None if one of them, or the default, is not offered:
    nobody gets a model that they did not expect."""
    if not slugs and gone_default():
        return None
    models = {model.slug: model for model in offered()}
    if not slugs:
        return list(models.values())[:1] or None
    wanted = [models.get(slug) for slug in dict.fromkeys(slugs)]
    found = [model for model in wanted if model]
    return found if len(found) == len(wanted) else None


def fallback_for(edit: Edit) -> ModelDeclaration | None:
    """The model to suggest instead: what operators chose for this one, else the first other that is offered. Never a model that
    already takes part in a comparison with this edit."""
    compared = Edit.objects.filter(owner=edit.owner_id, batch=edit.batch, photo=edit.photo_id, batch__isnull=False)
    tried = {edit.model, *compared.values_list("model", flat=True)}
    others = {model.slug: model for model in offered() if model.slug not in tried}
    status = ModelStatus.objects.filter(pk=edit.model).first()
    return others.get(status.fallback if status else "") or next(iter(others.values()), None)


def _chosen(statuses: dict[str, ModelStatus]) -> list[ModelDeclaration]:
    """The models that the settings name or operators switched on, whether Wiro still has them or not."""
    known, named = catalog(), settings.MODELS or [SEEDEDIT]
    named = [model.slug for model in known] if named == [EVERY_MODEL] else named
    ordered = [known[slug] for slug in named if slug in known]
    ordered += [model for model in known if model.slug not in named]
    chosen = [model for model in ordered if _is_on(statuses.get(model.slug), model.slug in named)]
    return sorted(chosen, key=lambda model: not _is_default(statuses.get(model.slug)))


def _is_on(status: ModelStatus | None, is_named: bool) -> bool:
    return is_named if status is None or status.is_offered is None else status.is_offered


def _is_default(status: ModelStatus | None) -> bool:
    return status is not None and status.is_default


def _is_gone(status: ModelStatus | None) -> bool:
    return status is not None and status.gone_since is not None
