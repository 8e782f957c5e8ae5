"""New people, who sign up in a browser."""

import uuid

from playwright.sync_api import Page

PASSWORD = "a long enough one"


def sign_up(page: Page, name: str = "", email: str = "") -> None:
    """As `name`, or with a name that nobody has."""
    page.goto("/accounts/signup/")
    page.get_by_label("Username").fill(name or f"somebody-{uuid.uuid4().hex[:8]}")
    if email:
        page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Confirm password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/edits/")
