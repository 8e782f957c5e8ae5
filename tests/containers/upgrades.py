"""From the version before to this one and back, with a site that is used."""

import yaml

from tests.containers import versions
from tests.containers.books import KEY, SECRET, Order
from tests.containers.scenarios import IN_FLIGHT, Scenario, first_edit
from tests.containers.site import NAME, PASSWORD, Site

# The site of such a version has no TLS before it here.
WITHOUT_TLS = "HTTPS=off\n"


def start_version_before(site: Site) -> list[Order]:
    """A site as it is before an upgrade, with an edit."""
    site.follow("download", version=versions.BEFORE)
    site.has_secrets = "secrets" in yaml.safe_load((site.folder / "docker-compose.yml").read_text())
    if not site.has_secrets:
        return _start_without_secrets(site)
    site.set_up()
    site.follow("start")
    return first_edit(site)


def _start_without_secrets(site: Site) -> list[Order]:
    site.fit_to_machine()
    lines = {"SECRET_KEY": "a-long-random-text", "POSTGRES_PASSWORD": "letters7", "WIRO_API_KEY": KEY, "WIRO_API_SECRET": SECRET}
    lines |= {"ALLOWED_HOSTS": "localhost,127.0.0.1", "DJANGO_SUPERUSER_USERNAME": NAME, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    (site.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()) + WITHOUT_TLS)
    site.use_books()
    site.follow("start")
    return _use(site)


def upgrade(backup: str) -> Scenario:
    """With edits on their way: they arrive, and what was there is still there."""

    def scenario(site: Site) -> list[Order]:
        earlier = list(site.books.orders)
        site.follow("backup-folder")
        orders = site.order(IN_FLIGHT)
        site.wait_until_at_wiro(orders)
        if site.has_secrets:
            site.follow("upgrade", backup=backup, version=versions.NOW)
        else:
            _upgrade_to_secrets(site, backup)
        site.sign_in()
        site.collect(orders)
        site.expect_the_same(earlier)
        return orders

    return scenario


def _upgrade_to_secrets(site: Site, backup: str) -> None:
    """The same commands, with what the document puts between them."""
    until_checkout, _up, rest = site.block("upgrade").partition("docker-compose up")
    site.bash(until_checkout, backup=backup, version=versions.NOW)
    site.follow("move-secrets")
    settings = site.folder / ".env"
    settings.write_text(settings.read_text().replace(WITHOUT_TLS, ""))
    site.fit_to_machine()
    site.bash(f"docker-compose up{rest}")


def roll_back(site: Site) -> list[Order]:
    """The version before runs with the database of this one: earlier edits are there, and a new one arrives."""
    earlier = list(site.books.orders)
    if not site.has_secrets:
        settings = site.folder / ".env"
        settings.write_text(settings.read_text() + WITHOUT_TLS)
    site.follow("rollback", previous=versions.BEFORE)
    orders = _use(site)
    site.expect_the_same(earlier)
    return orders


def _use(site: Site) -> list[Order]:
    site.sign_in("" if site.has_secrets else f"http://127.0.0.1:{site.http}")
    orders = site.order(1)
    site.collect(orders)
    return orders
