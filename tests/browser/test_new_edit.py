"""The form of a new edit in a real browser: every photo becomes an edit, whatever is wrong with it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.new_edit import BLUE, RED, URL, button, caption, choose, is_like, noise, send, sent_picture, sideways

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_a_photo_of_25_mb_is_shrunk_with_one_click(open_form: Callable[..., Page], tmp_path: Path) -> None:
    page = open_form()
    choose(page, noise(tmp_path))
    expect(page.get_by_role("alert").first).to_contain_text(re.compile(r"is [23]\d(\.\d)? MB\. The limit is 10 MB"))
    told = re.search(r"is (\S+) MB", page.get_by_role("alert").first.inner_text())
    assert told
    expect(caption(page)).to_contain_text(f"{told[1]} MB")
    button(page, "Shrink to fit").click()
    expect(caption(page)).to_contain_text("3,300 × 2,900".replace(",", ""))
    expect(caption(page)).to_contain_text("(was")
    send(page)
    assert sent_picture(page).size == (3300, 2900)


def test_a_panorama_of_4_to_1_is_cropped_where_the_person_wants(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    choose(page, photo("panorama.jpg", 1600, 400))
    expect(page.get_by_role("alert").first).to_have_text(
        "This photo is 1600 × 400 pixels. The longer side must be less than 3 times the shorter side."
    )
    button(page, "Crop to fit").click()
    part = page.get_by_label("Part of the photo to keep")
    expect(part).to_be_focused()
    expect(caption(page)).to_contain_text("1199 × 400")
    part.press("End")
    send(page)
    picture = sent_picture(page)
    assert picture.size == (1199, 400)
    assert is_like(picture.getpixel((350, 200)), RED)
    assert is_like(picture.getpixel((450, 200)), BLUE)


def test_a_crop_follows_the_eye_when_the_picture_is_upside_down(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    choose(page, photo("tower.png", 100, 400))
    button(page, "Crop to fit").click()
    for _ in range(2):
        button(page, "Rotate left").click()
    page.get_by_label("Part of the photo to keep").press("Home")
    send(page)
    picture = sent_picture(page)
    assert picture.size == (100, 299)
    # Turned upside down, its blue end is on top and complete.
    assert is_like(picture.getpixel((50, 190)), BLUE)
    assert is_like(picture.getpixel((50, 210)), RED)


def test_a_webp_is_converted_with_one_click(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    choose(page, photo("web.webp", 300, 200))
    expect(page.get_by_role("alert").first).to_have_text("This format isn’t supported: WebP. Use a JPEG or PNG photo.")
    button(page, "Convert to JPEG").click()
    expect(caption(page)).to_contain_text("web.jpg")
    send(page)
    assert sent_picture(page).size == (300, 200)


def test_everything_wrong_with_one_picture_is_fixed_with_one_click(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    choose(page, photo("long.webp", 800, 200))
    expect(page.get_by_role("alert").first).to_contain_text("Use a JPEG or PNG photo. This photo is 800 × 200")
    button(page, "Make it fit").click()
    send(page)
    assert sent_picture(page).size == (599, 200)


def test_a_photo_that_says_which_way_is_up_arrives_upright(open_form: Callable[..., Page], tmp_path: Path) -> None:
    page = open_form()
    choose(page, sideways(tmp_path))
    expect(caption(page)).to_contain_text("400 × 600")
    send(page)
    picture = sent_picture(page)
    assert picture.size == (400, 600)
    assert is_like(picture.getpixel((50, 300)), BLUE)


def test_a_turn_counts_from_what_is_seen(open_form: Callable[..., Page], tmp_path: Path) -> None:
    page = open_form()
    choose(page, sideways(tmp_path))
    button(page, "Rotate right").click()
    expect(caption(page)).to_contain_text("600 × 400")
    send(page)
    picture = sent_picture(page)
    assert picture.size == (600, 400)
    assert is_like(picture.getpixel((300, 50)), BLUE)


def test_undo_goes_back_to_the_photo_as_it_was(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    path = photo("panorama.jpg", 1600, 400)
    choose(page, path)
    button(page, "Crop to fit").click()
    button(page, "Undo").click()
    expect(button(page, "Crop to fit")).to_be_focused()
    expect(page.get_by_role("alert").first).to_contain_text("1600 × 400")
    choose(page, photo("good.jpg", 300, 200))
    button(page, "Rotate left").click()
    button(page, "Undo").click()
    send(page)
    assert sent_picture(page).size == (300, 200)


def test_a_photo_that_breaks_a_rule_is_not_sent(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.method))
    choose(page, photo("tiny.png", 14, 20))
    send(page)
    expect(page.get_by_role("alert").first).to_have_text("This photo is 14 × 20 pixels. Each side must be at least 15 pixels.")
    choose(page, photo("panorama.jpg", 1600, 400))
    send(page)
    expect(button(page, "Crop to fit")).to_be_focused()
    assert "POST" not in requests


def test_files_that_are_no_photos_are_explained(open_form: Callable[..., Page], tmp_path: Path) -> None:
    page = open_form()
    for number, (content, words) in enumerate(
        (
            (b"", "This file is empty. Choose another photo."),
            (b"%PDF-1.7 " + bytes(99), "This browser can’t open PDF files. Save the photo as JPEG or PNG, then choose it again."),
            (b"Dear diary", "This file isn’t a photo. Choose a JPEG or PNG file."),
            (b"\xff\xd8\xff" + bytes(99), "This file is damaged or incomplete. Save the photo again"),
        )
    ):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(content)
        choose(page, path)
        expect(page.get_by_role("alert").first).to_contain_text(words)
        expect(page.locator("[data-repair]")).to_be_hidden()


def test_a_refusal_by_the_server_offers_the_same_repair(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    answer = {"errors": {"photo": [{"message": "Too long for us.", "code": "aspect_ratio"}]}}
    page.route(f"**{URL}", lambda route: route.fulfill(status=400, json=answer), times=1)
    choose(page, photo("good.jpg", 300, 200))
    send(page)
    expect(page.get_by_role("alert").first).to_have_text("Too long for us.")
    expect(button(page, "Crop to fit")).to_be_focused()
    page.keyboard.press("Enter")
    send(page, button="Edit photo")
    assert sent_picture(page).size == (300, 200)


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_photos_can_be_dropped_and_pasted_anywhere(open_form: Callable[..., Page], photo: Any, way: str) -> None:
    page = open_form()
    data = list(photo("handed.png", 300, 200).read_bytes())
    page.evaluate(
        """([way, data]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(data)], "handed.png", { type: "image/png" }));
            const options = { bubbles: true, cancelable: true, dataTransfer: carried, clipboardData: carried };
            const event = way === "drop" ? new DragEvent("drop", options) : new ClipboardEvent("paste", options);
            document.querySelector("h1").dispatchEvent(event);
        }""",
        [way, data],
    )
    expect(caption(page)).to_contain_text("handed.png · 300 × 200")
    send(page)
    assert sent_picture(page).size == (300, 200)
