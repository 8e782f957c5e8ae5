"""What a phone shares, where no service worker takes it; and the service worker itself."""

from django.test import Client


def test_without_a_worker_the_words_arrive() -> None:
    answer = Client(enforce_csrf_checks=True).post("/share/", {"text": "Make it dusk"})
    assert (answer.status_code, answer["Location"]) == (302, "/edits/new/?prompt=Make+it+dusk")


def test_the_worker_is_served_at_the_root() -> None:
    answer = Client().get("/service-worker.js")
    assert answer["Content-Type"] == "text/javascript"
    assert b"/share/" in answer.content


def test_the_manifest_offers_the_form_to_whatever_is_shared() -> None:
    target = Client().get("/manifest.webmanifest").json()["share_target"]
    assert (target["action"], target["method"], target["params"]["files"][0]["name"]) == ("/share/", "POST", "photo")
