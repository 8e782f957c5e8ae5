"""A secret may be in a file that the environment names."""

from pathlib import Path

import pytest

from editor_site.configuration.secret_files import SECRETS, read_secret_files


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("sesame\n")
    return path


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_can_stand_in_a_file(file: Path, name: str) -> None:
    environ = {f"{name}_FILE": str(file)}
    read_secret_files(environ)
    assert environ[name] == "sesame"
    # Read again, as a program would that this one has started.
    read_secret_files(environ)
    assert environ[name] == "sesame"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"SECRET_KEY_FILE": "{folder}/gone"}, r"SECRET_KEY_FILE=.*/gone cannot be read \(No such file"),
        ({"SECRET_KEY_FILE": "{folder}"}, "cannot be read"),
        ({"SECRET_KEY_FILE": "{folder}/empty"}, "is empty"),
        ({"SECRET_KEY_FILE": "{folder}/secret", "SECRET_KEY": "other"}, "are both set, to different values"),
    ],
)
def test_an_unusable_file_is_refused_without_showing_its_content(file: Path, environ: dict[str, str], said: str) -> None:
    (file.parent / "empty").write_text("\n")
    with pytest.raises(ValueError, match=said) as refused:
        read_secret_files({name: value.format(folder=file.parent) for name, value in environ.items()})
    assert "sesame" not in str(refused.value)


def test_the_secret_of_a_project_that_has_a_key_alone_is_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    environ = {"WIRO_API_SECRET_FILE": str(tmp_path / "empty")}
    read_secret_files(environ)
    assert environ["WIRO_API_SECRET"] == ""
