"""Sending one photo or many: nothing is lost, nothing is sent twice."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.new_edit import LOSE_ONE_ANSWER, URL, button, caption, choose, edits_with, send, sent_picture
from tests.browser.people import sign_up

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_the_words_survive_a_reload(open_form: Callable[..., Page]) -> None:
    page = open_form()
    page.get_by_label("What should change?").fill("Give the cat a hat")
    page.reload()
    expect(page.get_by_label("What should change?")).to_have_value("Give the cat a hat")


def test_what_was_sent_over_a_lost_connection_is_one_edit_when_sent_again(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    words = f"Once {uuid.uuid4().hex}"
    page.evaluate(LOSE_ONE_ANSWER)
    choose(page, photo("good.jpg", 300, 200))
    send(page, words)
    expect(page.locator('[data-error-for="__all__"]')).to_contain_text("Connection lost. Your photo and text are still here")
    button(page, "Send again").click()
    sent_picture(page)
    expect(edits_with(page, words)).to_have_count(1)


def test_after_a_lost_connection_other_words_are_another_edit(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    words = f"Other {uuid.uuid4().hex}"
    nonces: list[str] = []

    def note_and_lose(route: Route) -> None:
        found = re.search(r'name="nonce"\r\n\r\n(\S+)', (route.request.post_data_buffer or b"").decode("latin-1"))
        assert found
        nonces.append(found[1])
        route.abort()

    page.route(f"**{URL}", note_and_lose)
    choose(page, photo("good.jpg", 300, 200))
    for said in (words, words, f"{words} now"):
        send(page, said, button="Edit photo" if not nonces else "Send again")
        expect(button(page, "Send again")).to_be_enabled()
    assert nonces[0] == nonces[1] != nonces[2]


def test_an_upload_can_be_stopped(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    page.route(f"**{URL}", lambda route: None, times=1)
    choose(page, photo("good.jpg", 300, 200))
    send(page)
    expect(button(page, "Stop")).to_be_focused()
    # A key that comes sooner belongs to the button before.
    page.wait_for_timeout(1000)
    page.keyboard.press("Enter")
    expect(button(page, "Edit photo")).to_be_focused()
    expect(page.get_by_label("What should change?")).to_have_value("Make it night")


TAP_TWICE = """async () => {
    document.querySelector("[data-composer] [type=submit]").click();
    while (document.querySelector(".sending").hidden) await new Promise(requestAnimationFrame);
    document.querySelector("[data-stop]").click();
}"""


def test_a_second_tap_does_not_stop_what_the_first_has_sent(open_form: Callable[..., Page], photo: Any) -> None:
    """On a phone, "Stop" appears under the finger."""
    page = open_form()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**{URL}", hold, times=1)
    choose(page, photo("good.jpg", 300, 200))
    page.get_by_label("What should change?").fill("Make it night")
    with page.expect_request(f"**{URL}"):
        page.evaluate(TAP_TWICE)
    expect(button(page, "Stop")).to_be_visible()
    held[0].continue_()
    sent_picture(page)


def test_many_photos_become_one_batch(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    choose(page, photo("one.jpg", 300, 200), photo("two.webp", 310, 200), photo("three.jpg", 1600, 400))
    items = page.get_by_role("list", name="Photos for this instruction").get_by_role("listitem")
    expect(items).to_have_count(3)
    expect(items.nth(1)).to_contain_text("Doesn’t fit")
    send(page, button="Edit 3 photos")
    expect(button(page, "Convert to JPEG")).to_be_focused()
    button(page, "Make all fit").click()
    expect(items.nth(2)).to_contain_text("Adjusted")
    send(page, button="Edit 3 photos")
    page.wait_for_url("**/edits/?batch=*")
    expect(page.get_by_role("link", name="Make it night")).to_have_count(3)


def test_a_photo_that_did_not_get_through_is_sent_again_alone(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    words = f"Many {uuid.uuid4().hex}"
    page.route(
        f"**{URL}", lambda route: route.abort() if b"two.jpg" in (route.request.post_data_buffer or b"") else route.continue_()
    )
    choose(page, *(photo(name, 300, 200) for name in ("one.jpg", "two.jpg")))
    send(page, words, button="Edit 2 photos")
    items = page.get_by_role("list", name="Photos for this instruction").get_by_role("listitem")
    expect(items.nth(0)).to_contain_text("Sent")
    expect(items.nth(1)).to_contain_text("Not sent")
    page.unroute_all()
    button(page, "Send again").click()
    page.wait_for_url("**/edits/?batch=*")
    expect(page.get_by_role("link", name=words)).to_have_count(2)


def test_one_of_many_can_be_left_out(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    choose(page, photo("one.jpg", 300, 200), photo("two.jpg", 200, 300))
    button(page, "Remove").first.click()
    expect(caption(page)).to_contain_text("two.jpg")
    send(page)
    assert sent_picture(page).size == (200, 300)


def test_more_than_twenty_photos_are_told(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    choose(page, *(photo(f"{number}.png", 20, 20) for number in range(22)))
    expect(page.get_by_text("You can send up to 20 photos at once. Not added: 2.")).to_be_visible()
    expect(button(page, "Edit 20 photos")).to_be_visible()


def test_variations_are_counted_and_shown_together(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    choose(page, photo("good.jpg", 300, 200))
    page.locator("summary", has_text="Variations").click()
    page.get_by_role("radio", name="3").check(force=True)
    expect(page.get_by_text("This will create 3 edits.")).to_be_visible()
    page.keyboard.press("Escape")
    words = f"Three {uuid.uuid4().hex}"
    send(page, words)
    page.wait_for_url("**/edits/*-*/?grid")
    expect(page.locator(".variation")).to_have_count(3)
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def test_the_photo_and_what_was_chosen_survive_a_reload_too(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    choose(page, photo("good.jpg", 300, 200))
    page.locator("summary", has_text="Variations").click()
    page.get_by_role("radio", name="2").check(force=True)
    page.keyboard.press("Escape")
    expect(caption(page)).to_contain_text("good.jpg")
    page.reload()
    expect(caption(page)).to_contain_text("good.jpg")
    expect(page.locator("[data-variations]")).to_have_text("2")
    send(page)
    page.wait_for_url("**/edits/*-*/?grid")
    page.goto(URL)
    expect(page.get_by_label("What should change?")).to_have_value("")
    expect(caption(page)).to_have_text("")


@pytest.mark.parametrize("signs_out", [True, False], ids=["signed out", "session over"])
def test_the_next_person_at_this_browser_sees_nothing_of_what_was_not_sent(
    open_page: Callable[..., Page], photo: Any, signs_out: bool
) -> None:
    page = open_page()
    sign_up(page)
    page.goto(URL)
    choose(page, photo("secret.jpg", 300, 200))
    expect(caption(page)).to_contain_text("secret.jpg")
    page.get_by_label("What should change?").fill("My secret")
    page.reload()
    expect(caption(page)).to_contain_text("secret.jpg")
    if signs_out:
        page.locator("summary", has_text="Account").click()
        button(page, "Sign out").click()
        page.wait_for_url(lambda url: URL not in url)
    page.context.clear_cookies()
    sign_up(page)
    page.goto(URL)
    expect(page.get_by_label("What should change?")).to_have_value("")
    page.wait_for_timeout(500)
    expect(caption(page)).to_have_text("")


def test_examples_and_samples_never_replace_what_was_typed(open_form: Callable[..., Page]) -> None:
    page = open_form()
    words = page.get_by_label("What should change?")
    button(page, "Make it golden hour").click()
    button(page, "Turn it into a watercolor").click()
    expect(words).to_have_value("Turn it into a watercolor")
    words.fill("My own words")
    button(page, "Make it golden hour").click()
    expect(words).to_have_value("My own words\nMake it golden hour")
    page.keyboard.press("Control+z")
    expect(words).to_have_value("My own words")
    button(page, "A cat").click()
    expect(caption(page)).to_contain_text("chelsea.png")
    expect(words).to_have_value("My own words")


def test_a_lost_connection_is_told_and_caught_up_with(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    choose(page, photo("good.jpg", 300, 200))
    place = page.locator("#composer").bounding_box()
    page.context.set_offline(True)
    expect(page.locator("[data-offline]")).to_contain_text("You’re offline.")
    assert page.locator("#composer").bounding_box() == place
    send(page)
    expect(page.locator('[data-error-for="__all__"]')).to_contain_text("Connection lost.")
    page.context.set_offline(False)
    expect(page.locator("[data-offline]")).to_be_hidden()
    button(page, "Send again").click()
    assert sent_picture(page).size == (300, 200)


def test_a_connection_lost_once_the_edit_is_accepted_opens_it_later(open_form: Callable[..., Page], photo: Any) -> None:
    """Without a connection, the browser would show its own error page instead."""
    page = open_form()
    choose(page, photo("good.jpg", 300, 200))

    page.route("**/healthz", lambda route: route.abort())
    page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => window.hasNetwork ?? false })")
    send(page)
    expect(page.locator(".sending [data-sending]")).to_have_text("Sent. It opens when you’re back online.")
    expect(button(page, "Stop")).to_be_hidden()
    assert page.url.endswith(URL)
    page.evaluate("window.hasNetwork = true; dispatchEvent(new Event('online'))")
    assert sent_picture(page).size == (300, 200)


def test_a_browser_without_a_network_reaches_a_site_on_its_own_machine(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    page.add_init_script("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    page.goto(URL)
    choose(page, photo("good.jpg", 300, 200))
    expect(page.locator("[data-offline]")).to_be_hidden()
    send(page)
    assert sent_picture(page).size == (300, 200)


def test_what_a_phone_shares_opens_the_form_with_it(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    page.evaluate(
        "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller || new Promise((on) => "
        "navigator.serviceWorker.addEventListener('controllerchange', on)))"
    )
    data = list(photo("shared.png", 300, 200).read_bytes())
    page.evaluate(
        """(data) => {
            const form = document.createElement("form");
            Object.assign(form, { method: "post", action: "/share/", enctype: "multipart/form-data" });
            const [photo, text] = [document.createElement("input"), document.createElement("input")];
            Object.assign(photo, { type: "file", name: "photo" });
            Object.assign(text, { name: "text", value: "Make it dusk" });
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(data)], "shared.png", { type: "image/png" }));
            photo.files = carried.files;
            form.append(photo, text);
            document.body.append(form);
            form.submit();
        }""",
        data,
    )
    page.wait_for_url("**/edits/new/?shared=1*")
    expect(caption(page)).to_contain_text("shared.png · 300 × 200")
    expect(page.get_by_label("What should change?")).to_have_value("Make it dusk")


def test_words_that_are_too_long_are_refused_and_not_cut_off(open_form: Callable[..., Page], photo: Any) -> None:
    page = open_form()
    choose(page, photo("one.jpg", 300, 200))
    words = "a word " * 300
    send(page, words)
    expect(page.get_by_text("at most 2000 characters")).to_be_visible()
    expect(page.get_by_label("What should change?")).to_have_value(words)
