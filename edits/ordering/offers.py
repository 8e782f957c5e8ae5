"""Which models people may choose, and which of them is the default."""

from django.conf import settings

from ..jobs.catalog import SEEDEDIT, ModelDeclaration, catalog
from ..models import ModelStatus

EVERY_MODEL = "*"


def offered() -> list[ModelDeclaration]:
    """The models that people may choose, the default first."""
    gone = ModelStatus.objects.filter(gone_since__isnull=False).values_list("slug", flat=True)
    return [model for model in _chosen() if model.slug not in set(gone)]


def _chosen() -> list[ModelDeclaration]:
    """Those that the settings name, whether Wiro still has them or not."""
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
