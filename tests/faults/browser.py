"""What a visitor's browser does: sign in, and send the form of a new edit."""

import io
import secrets

import requests
from django.contrib.auth.models import User
from PIL import Image

PASSWORD = "correct horse"


class Browser:
    """Signed in as `owner`, who gets a password for it. Keeps its cookies when the site comes back after a kill."""

    def __init__(self, url: str, owner: User) -> None:
        owner.set_password(PASSWORD)
        owner.save()
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._photo = _new_photo()
        answer = self._post("/accounts/login/", {"username": owner.get_username(), "password": PASSWORD})
        assert answer.status_code == 302, f"signing in: {answer.status_code}"

    def send_form(self, prompt: str, nonce: str) -> requests.Response:
        """A redirect to the edit's page, or ConnectionError when nobody is there any more."""
        fields = {"prompt": prompt, "guidance_scale": "4.0", "seed": "0", "nonce": nonce}
        answer = self._post("/edits/new/", fields, {"photo": ("photo.jpg", self._photo, "image/jpeg")})
        assert answer.status_code == 302, f"the form: {answer.status_code}"
        return answer

    def _post(
        self, path: str, fields: dict[str, str], files: dict[str, tuple[str, bytes, str]] | None = None
    ) -> requests.Response:
        if "csrftoken" not in self._session.cookies:
            self._session.get(f"{self._url}/accounts/login/", timeout=20)
        fields = fields | {"csrfmiddlewaretoken": self._session.cookies["csrftoken"]}
        # A connection of its own: a kept-alive one to the web that was killed says nothing about the new one.
        headers = {"Connection": "close"}
        return self._session.post(f"{self._url}{path}", fields, files=files, headers=headers, timeout=20, allow_redirects=False)


def _new_photo() -> bytes:
    """One that nobody has uploaded before: a known photograph is not stored again."""
    file = io.BytesIO()
    Image.frombytes("RGB", (8, 8), secrets.token_bytes(192)).resize((96, 96)).save(file, "JPEG")
    return file.getvalue()
