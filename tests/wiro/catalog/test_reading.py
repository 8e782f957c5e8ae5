"""A model's file: what may be in it, and how mistakes are reported."""

from pathlib import Path

import pytest

from edits.wiro.catalog import DeclarationError, read

MODEL = """
slug = "maker/new-model"
name = "New Model"
seconds = 9
good_at = "Everything."

[picture]
input = "inputImagesUrl"
most = 3

[[inputs]]
name = "aspectRatio"
kind = "choice"
default = "1:1"
label = { en = "Shape", de = "Form" }
options = [{ value = "1:1" }, { value = "16:9", label = "Wide" }]
"""


def declared(folder: Path, text: str = MODEL, name: str = "new-model.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_file_says_all_there_is_to_say(tmp_path: Path) -> None:
    model = read(declared(tmp_path))
    assert (model.key, model.slug, model.seconds, model.words, model.seed) == ("new-model", "maker/new-model", 9, "prompt", None)
    assert (str(model.good_at), model.good_at.in_language("de")) == ("Everything.", "Everything.")
    shape = model.inputs[0]
    assert (shape.field, shape.label.in_language("de-at"), shape.label.in_language("fr")) == ("aspect_ratio", "Form", "Shape")
    assert [str(option.label) for option in shape.options] == ["1:1", "Wide"]
    sent = model.parameters(["https://a/1.png", "https://a/2.png"], "Make it snow", {"aspect_ratio": "16:9"})
    assert sent == {"inputImagesUrl": "https://a/1.png,https://a/2.png", "prompt": "Make it snow", "aspectRatio": "16:9"}
    with pytest.raises(ValueError, match="takes 1 to 3 pictures"):
        model.parameters(["https://a/1.png"] * 4, "x", {})


MISTAKES = {
    'slug = "maker/new-model"': ("", "slug: is missing"),
    "seconds = 9": ('seconds = "nine"', "seconds: must be a number"),
    "most = 3": ("most = 0", "picture.most: must be more than 0"),
    'kind = "choice"': ('kind = "slider"', "inputs[1].kind: 'slider' must be one of text, whole, decimal, switch, choice, seed"),
    'default = "1:1"': ('default = "2:1"', "inputs[1].default: 2:1 is not a choice"),
    'label = { en = "Shape", de = "Form" }': ('label = { de = "Form" }', "inputs[1].label: must be a string, or strings by"),
    'name = "aspectRatio"': ('name = "inputImagesUrl"', "inputs: inputImagesUrl appears twice"),
    '{ value = "1:1" }': ("{ value = 11 }", "inputs[1].options[1].value: must be a string"),
    'input = "inputImagesUrl"': ('input = "inputImagesUrl"\nsize = 3', "picture.size: is not a known key here; known keys are"),
    'good_at = "Everything."': ("good_at = [", "Invalid value"),
    "[[inputs]]": ('[output]\ncount_by = "samples"\n[[inputs]]', "count_by: there is no input with the field samples"),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_told_with_file_and_key(tmp_path: Path, line: str) -> None:
    instead, problem = MISTAKES[line]
    with pytest.raises(DeclarationError) as told:
        read(declared(tmp_path, MODEL.replace(line, instead)))
    assert str(told.value).startswith("new-model.toml: ")
    assert problem in str(told.value)


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ('name = "nonce"\nkind = "text"', "nonce is a field of the form itself"),
        ('name = "start"\nkind = "seed"', "the field of a seed is called seed"),
        ('name = "guidanceScale"\nkind = "decimal"\ndefault = 30\nmin = 1\nmax = 50', "is from 1 to 10"),
        ('name = "size"\nkind = "whole"\ndefault = 9\nmax = 4', "9 is out of range"),
    ],
)
def test_an_input_that_the_site_could_not_keep_is_refused(tmp_path: Path, field: str, problem: str) -> None:
    with pytest.raises(DeclarationError, match=problem):
        read(declared(tmp_path, f'{MODEL}\n[[inputs]]\n{field}\nlabel = "X"\n'))


@pytest.mark.parametrize("usd", ["nan", "inf", "-inf", "-0.1", "0", "1e-30", "1e15", "9" * 400, "true"])
def test_what_is_no_amount_of_money_is_refused_by_name(tmp_path: Path, usd: str) -> None:
    with pytest.raises(DeclarationError, match=r"new-model\.toml: price\.usd: "):
        read(declared(tmp_path, f"{MODEL}\n[price]\nusd = {usd}\n"))


@pytest.mark.parametrize("line", ["seconds = nan", "seconds = inf"])
def test_what_is_no_number_is_refused_by_name(tmp_path: Path, line: str) -> None:
    with pytest.raises(DeclarationError, match=r"new-model\.toml: seconds: "):
        read(declared(tmp_path, MODEL.replace("seconds = 9", line)))


def test_the_name_of_a_file_becomes_part_of_names_on_pages(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="lowercase letters, digits and hyphens"):
        read(declared(tmp_path, name="New Model.toml"))
