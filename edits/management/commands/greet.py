"""Print the address once the site answers, and publish the demo edits when they are done."""

import time
from contextlib import suppress
from datetime import datetime
from typing import Any

import requests
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.utils import timezone
from kombu.exceptions import OperationalError

from edits.models import Edit, NotAllowed, State
from edits.tasks import dispatch_due

from ...gallery import moderation, sharing
from ...jobs import scheduler
from .demo import SAMPLES

PATIENCE = 60.0


class Command(BaseCommand):
    help = __doc__
    # `prepare` has already run them.
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        host = "127.0.0.1" if settings.HOST in ("0.0.0.0", "::") else settings.HOST  # noqa: S104 - a comparison
        address = f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}"
        ready = self._wait_until_ready(f"{address}/healthz")
        if not ready:
            self.stderr.write(f"Edits are not being processed yet. See {address}/readyz and the messages above.")
        if ready or self._answers(f"{address}/healthz"):
            self._welcome(address)
        if ready:
            self._publish_demonstration()

    def _welcome(self, address: str) -> None:
        self.stdout.write(f"\n  Ready: {address}/")
        if settings.DEMO_USERNAME:
            self.stdout.write(
                f"  Sign in as {settings.DEMO_USERNAME} with the password {settings.DEMO_PASSWORD} (admin: {address}/admin/)"
            )
        elif not User.objects.filter(is_superuser=True).exists():
            self.stdout.write("  Create an administrator with: .venv/bin/python manage.py createsuperuser")
        self.stdout.write("  Ctrl-C stops everything.\n")
        self.stdout.flush()

    def _wait_until_ready(self, url: str) -> bool:
        began, ends_at, is_asked = timezone.now(), time.monotonic() + PATIENCE, False
        while time.monotonic() < ends_at:
            is_asked = is_asked or self._ask_for_a_tick()
            # The site is up and the scheduler has run once, so edits are processed.
            if self._swept_since(began) and self._answers(url):
                return True
            time.sleep(0.2)
        return False

    def _ask_for_a_tick(self) -> bool:
        """A scheduler that starts for the first time waits one period before its first tick. False: no broker answers yet."""
        try:
            dispatch_due.delay()
        except OperationalError:
            return False
        return True

    def _answers(self, url: str) -> bool:
        try:
            return requests.get(url, timeout=5).ok
        except requests.RequestException:
            return False

    def _swept_since(self, moment: datetime) -> bool:
        age = scheduler.last_tick_age()
        return age is not None and age < timezone.now() - moment

    def _publish_demonstration(self) -> None:
        ends_at = time.monotonic() + PATIENCE
        while time.monotonic() < ends_at:
            samples = Edit.objects.filter(owner__email=SAMPLES, review="", deleted_at__isnull=True)
            edits = list(samples.select_related("owner"))
            for edit in edits:
                if edit.state == State.SUCCEEDED:
                    with suppress(NotAllowed):
                        sharing.share(edit, edit.owner)
                        moderation.approve(Edit.objects.get(pk=edit.pk), edit.owner)
            if not any(edit.is_pending for edit in edits):
                return
            time.sleep(0.5)
