"""The page about pictures: open to everybody, and true."""

import re
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from edits.gallery import downloads
from tests.fixtures import SignIn
from tests.pages import Response

pytestmark = pytest.mark.django_db

ADDRESS = "/about/pictures/"


def text_of(response: Response) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def test_how_long_edits_are_kept_is_said_where_it_is_not_forever(client: Client, settings: Settings) -> None:
    assert "after they end," not in text_of(client.get(ADDRESS))
    settings.EDIT_DAYS = 90
    assert "Edits go to your trash 90 days after they end," in text_of(client.get(ADDRESS))


def test_it_names_the_models_that_people_may_choose(client: Client, settings: Settings) -> None:
    settings.MODELS = ["reve/Edit"]
    assert "a model (Reve Edit) that runs at Wiro, an independent company." in text_of(client.get(ADDRESS))
    settings.MODELS = ["reve/Edit", "black-forest-labs/flux-2-pro"]
    assert "a model (Reve Edit or FLUX.2 Pro) that runs" in text_of(client.get(ADDRESS))


def test_everybody_finds_it_from_every_page(signed_in: SignIn, alice: User) -> None:
    for client, page in ((Client(), "/"), (Client(), "/accounts/login/"), (signed_in(alice), "/edits/new/")):
        assert f'href="{ADDRESS}"'.encode() in client.get(page).content
        assert "What happens to your photos" in text_of(client.get(ADDRESS))


def test_it_names_every_field_that_a_download_carries() -> None:
    page = text_of(Client().get(ADDRESS)).partition("The whole note of an example")[0]
    facts = ElementTree.fromstring(downloads.example_mark().encode())[0][0]
    names = [fact.tag.partition("}")[2] for fact in facts]
    assert len(names) == 6
    assert [name for name in names if name not in page] == []
    assert "ByteDance/image-to-image-seededit-v3 via Wiro" in page


def test_it_shows_a_whole_note_as_text() -> None:
    page = Client().get(ADDRESS).content.decode()
    assert "&lt;Iptc4xmpExt:DigitalSourceType&gt;http://cv.iptc.org/newscodes/digitalsourcetype/compositeWith" in page


def test_it_says_how_this_very_site_hands_pictures_over(settings: Settings) -> None:
    settings.PUBLIC_BASE_URL = ""
    assert "uploaded to Wiro" in text_of(Client().get(ADDRESS))
    settings.PUBLIC_BASE_URL = "https://photos.example.org"
    page = text_of(Client().get(ADDRESS))
    assert "a signed URL that expires after 60 minutes" in page
    assert "uploaded to Wiro" not in page


def test_it_promises_a_reviewer_only_where_there_is_one(settings: Settings) -> None:
    for required in (True, False):
        settings.REVIEW_REQUIRED = required
        assert ("A reviewer checks each edit first" in text_of(Client().get(ADDRESS))) == required


def test_its_figures_are_those_of_the_program(settings: Settings) -> None:
    settings.TRASH_DAYS = 12
    page = text_of(Client().get(ADDRESS))
    assert "in your trash for 12 days" in page
    assert "how many days the link works (1, 7, 30)" in page
    assert "over 24 megapixels" in page


@pytest.mark.parametrize("heading", ["kept", "sent", "seen", "deleted", "marked", "watermark", "limits"])
def test_its_contents_lead_to_its_sections(heading: str) -> None:
    page = Client().get(ADDRESS).content.decode()
    assert page.count(f'href="#{heading}"') == page.count(f'id="{heading}"') == 1


def test_it_is_only_read() -> None:
    assert Client().head(ADDRESS).status_code == 200
    assert Client().post(ADDRESS).status_code == 405
