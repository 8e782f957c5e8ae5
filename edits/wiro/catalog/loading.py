"""The files of one or more folders, as a catalog."""

from collections.abc import Iterator
from pathlib import Path

from .declaration import ModelDeclaration
from .reading import DeclarationError, read

SEEDEDIT = "ByteDance/image-to-image-seededit-v3"
"""The model that the program was made for: always declared, and the default."""

FOLDER = Path(__file__).resolve().parent / "models"


class Catalog:
    """Declared models by slug, SeedEdit first, the others by name."""

    def __init__(self, models: dict[str, ModelDeclaration]) -> None:
        ordered = sorted(models.values(), key=lambda model: (model.slug != SEEDEDIT, model.name.casefold()))
        self._models = {model.slug: model for model in ordered}

    def __iter__(self) -> Iterator[ModelDeclaration]:
        return iter(self._models.values())

    def __len__(self) -> int:
        return len(self._models)

    def get(self, slug: str) -> ModelDeclaration | None:
        return self._models.get(slug)

    def __getitem__(self, slug: str) -> ModelDeclaration:
        return self._models[slug]

    def __contains__(self, slug: object) -> bool:
        return slug in self._models


def load(*further: Path) -> Catalog:
    """The models that come with the program, and those in the `further` folders, as far as these exist.

    A file there replaces a model of the same slug. Raises DeclarationError for a file that cannot be used.
    """
    models: dict[str, ModelDeclaration] = {}
    for folder in (FOLDER, *further):
        found: dict[str, ModelDeclaration] = {}
        for path in sorted(folder.glob("*.toml")):
            model = read(path)
            if model.slug in found:
                raise DeclarationError(path, "slug", f"{model.slug} is declared in {found[model.slug].key}.toml, too")
            found[model.slug] = model
        models |= found
    by_key: dict[str, ModelDeclaration] = {}
    for model in models.values():
        if by_key.setdefault(model.key, model) is not model:
            raise DeclarationError(
                Path(f"{model.key}.toml"), "", f"{model.slug} and {by_key[model.key].slug} have the same file name"
            )
    return Catalog(models)
