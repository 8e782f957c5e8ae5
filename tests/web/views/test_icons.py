"""What browsers and phones ask every site for: icons under fixed names, and a manifest that leads to more."""

import io
from urllib.parse import urljoin

import pytest
from django.test import Client
from PIL import Image

from tests.pages import match_in

pytestmark = pytest.mark.django_db

PATHS = ("/favicon.ico", "/apple-touch-icon.png", "/apple-touch-icon-precomposed.png")


@pytest.mark.parametrize("path", PATHS)
def test_icons_under_fixed_names_are_pictures_and_kept_by_browsers(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert Image.open(io.BytesIO(answer.content)).format == ("ICO" if path.endswith(".ico") else "PNG")
    assert "public" in answer["Cache-Control"]
    assert "Set-Cookie" not in answer


def test_every_page_links_a_manifest_that_makes_the_site_installable(client: Client) -> None:
    page = client.get("/").text
    address = match_in(r'<link rel="manifest" href="([^"]+)">', page)
    answer = client.get(address)
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == "Reword"
    assert manifest["display"] == "standalone"
    assert client.get(manifest["start_url"]).status_code == 200
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }


def test_the_icons_of_the_manifest_have_the_sizes_that_it_names(client: Client) -> None:
    for icon in client.get("/manifest.webmanifest").json()["icons"]:
        image = Image.open(io.BytesIO(client.get(urljoin("/", icon["src"])).content))
        assert f"{image.width}x{image.height}" == icon["sizes"]


def test_the_manifest_speaks_the_readers_language(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest", headers={"Accept-Language": "de"}).json()
    assert manifest["lang"] == "de"
    assert manifest["shortcuts"][0]["name"] == "Neues Bild"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_has_a_color_for_either_theme(client: Client, theme: str) -> None:
    assert match_in(
        rf'<meta name="theme-color" content="(#\w+)" media="\(prefers-color-scheme: {theme}\)">', client.get("/").text
    )
