"""The catalog: the models that come with the program, and those of a site."""

from pathlib import Path

import pytest

from edits.wiro.catalog import SEEDEDIT, DeclarationError, load

from .test_reading import MODEL, declared


def test_seededit_is_always_there_and_first() -> None:
    catalog = load()
    assert next(iter(catalog)).slug == SEEDEDIT
    assert len(catalog) > 10


def test_seededits_request_is_what_it_always_was() -> None:
    values = {"guidance_scale": 4.5, "watermark": False, "seed": 7}
    sent = load()[SEEDEDIT].parameters(["https://a/1.png"], "Make it snow", values)
    assert list(sent.items()) == [
        ("inputImageUrl", "https://a/1.png"),
        ("prompt", "Make it snow"),
        ("guidanceScale", "4.5"),
        ("watermark", "false"),
        ("seed", 7),
    ]


@pytest.mark.parametrize("model", load(), ids=lambda model: model.key)
def test_every_text_is_there_in_german(model: object) -> None:
    texts = [model.good_at]  # type: ignore[attr-defined]
    for item in model.inputs:  # type: ignore[attr-defined]
        texts += [text for text in (item.label, item.help, item.wrong, *item.ends) if text]
    assert [str(text) for text in texts if "de" not in text.by_language] == []


def test_a_site_adds_models_and_replaces_those_of_the_same_slug(tmp_path: Path) -> None:
    declared(tmp_path)
    declared(tmp_path, MODEL.replace("maker/new-model", "reve/Edit").replace("New Model", "Our Reve"), "reve-edit.toml")
    catalog = load(tmp_path, tmp_path / "missing")
    assert catalog["maker/new-model"].name == "New Model"
    assert catalog["reve/Edit"].name == "Our Reve"
    assert len(catalog) == len(load()) + 1


def test_two_files_cannot_declare_one_model(tmp_path: Path) -> None:
    declared(tmp_path)
    declared(tmp_path, name="again.toml")
    with pytest.raises(DeclarationError, match=r"maker/new-model is declared in again.toml, too"):
        load(tmp_path)


def test_two_models_cannot_have_files_of_one_name(tmp_path: Path) -> None:
    declared(tmp_path, name="seededit-3.toml")
    with pytest.raises(DeclarationError, match="have the same file name"):
        load(tmp_path)
