"""Which models people may choose, and which of them is the default."""

from django.conf import settings

from ..jobs.catalog import SEEDEDIT, ModelDeclaration, catalog

EVERY_MODEL = "*"


def offered() -> list[ModelDeclaration]:
    """The models that people may choose, the default first."""
    known = catalog()
    if settings.MODELS == [EVERY_MODEL]:
        return list(known)
    return [known[slug] for slug in settings.MODELS or [SEEDEDIT] if slug in known]


def find(slugs: list[str]) -> list[ModelDeclaration] | None:
    """The offered models with these slugs, each once; the default for none. None if one of them is not offered."""
    models = {model.slug: model for model in offered()}
    if not slugs:
        return list(models.values())[:1] or None
    wanted = [models.get(slug) for slug in dict.fromkeys(slugs)]
    found = [model for model in wanted if model]
    return found if len(found) == len(wanted) else None
