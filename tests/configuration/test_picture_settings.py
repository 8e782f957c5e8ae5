"""The settings of the bucket: invalid values are refused, and pages allow browsers to use the bucket only if they are sent
there."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from editor_site.configuration.environment import Env
from editor_site.configuration.picture_settings import picture_origins, picture_storage
from editor_site.configuration.secret_files import SECRETS

KEYS = {"S3_ACCESS_KEY_ID": "key", "S3_SECRET_ACCESS_KEY": "sesame"}
OWN = KEYS | {"S3_BUCKET": "reword", "S3_ENDPOINT_URL": "http://127.0.0.1:9000/"}
AMAZON = {"S3_BUCKET": "reword", "S3_REGION": "eu-central-1"}


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("S3_BUCKET", "S3_ENDPOINT_URL", "S3_REGION", "S3_SIGNED_URLS", *KEYS):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_without_a_bucket_pictures_are_in_a_folder(env: pytest.MonkeyPatch) -> None:
    assert picture_storage(Env()) == {"BACKEND": "edits.storage.DurableFileSystemStorage"}


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (OWN | {"S3_ENDPOINT_URL": "minio:9000"}, "S3_ENDPOINT_URL must start with http:// or https://"),
        (OWN | {"S3_SECRET_ACCESS_KEY": ""}, "S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together"),
        (OWN | {"S3_BUCKET": ""}, "S3_ENDPOINT_URL is set, and S3_BUCKET is not"),
        (OWN | {"S3_SIGNED_URLS": "yes"}, "S3_SIGNED_URLS=yes must be off or wiro or all"),
    ],
)
def test_what_cannot_be_meant_is_refused(env: pytest.MonkeyPatch, variables: dict[str, str], said: str) -> None:
    for name, value in variables.items():
        env.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=said) as refused:
        picture_storage(Env())
    assert "sesame" not in str(refused.value)


@pytest.mark.parametrize(
    ("variables", "origins"),
    [
        (OWN, []),
        (OWN | {"S3_SIGNED_URLS": "wiro"}, []),
        (OWN | {"S3_SIGNED_URLS": "all"}, ["http://127.0.0.1:9000"]),
        (
            AMAZON | {"S3_SIGNED_URLS": "all"},
            ["https://reword.s3.amazonaws.com", "https://reword.s3.eu-central-1.amazonaws.com"],
        ),
    ],
)
def test_pages_may_show_pictures_of_the_bucket_only_where_browsers_are_sent_there(
    env: pytest.MonkeyPatch, variables: dict[str, str], origins: list[str]
) -> None:
    for name, value in variables.items():
        env.setenv(name, value)
    assert picture_origins(picture_storage(Env())) == origins


def test_the_keys_of_the_bucket_may_be_in_files() -> None:
    assert set(KEYS) <= set(SECRETS)
