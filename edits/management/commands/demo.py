"""A demonstration account for a site that only listens on loopback, and a few edits that go through the whole path."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from edits import images, lifecycle, samples
from edits.models import State

# Tells the account made here from one of a person who chose the same name.
EMAIL = "demo@photo-editor.invalid"
NONCE = "demo-"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--edits", action="store_true", help="also queue one edit per sample photograph (costs money with a real account)"
        )

    def handle(self, **options: Any) -> None:
        people = get_user_model().objects
        if not settings.DEMO_USERNAME:
            # Reachable from elsewhere: an account whose password stands on the sign-in page must not work.
            people.filter(email=EMAIL).update(is_active=False)
            return
        demo, _ = people.get_or_create(username=settings.DEMO_USERNAME)
        demo.email = EMAIL
        demo.is_active = demo.is_staff = demo.is_superuser = True
        if not demo.check_password(settings.DEMO_PASSWORD):
            demo.set_password(settings.DEMO_PASSWORD)
        demo.save()
        if options["edits"]:
            for sample in samples.available():
                self._queue(demo, sample)

    def _queue(self, demo: Any, sample: samples.Sample) -> None:
        """Unless it was done or is under way. An earlier one that failed, as the sandbox was stopped, makes room."""
        nonce = f"{NONCE}{sample.name}-"
        earlier = demo.edits.filter(nonce__startswith=nonce)
        if sample.path is None or earlier.exclude(state=State.FAILED).exists():
            return
        for failed in earlier.filter(deleted_at__isnull=True):
            lifecycle.delete(failed, demo)
        with sample.path.open("rb") as file:
            picture = images.clean(file)
        inputs: dict[str, Any] = {"prompt": sample.prompt, "guidance_scale": 6.0, "watermark": False, "seed": 0}
        lifecycle.create(demo, picture, nonce=nonce + uuid.uuid4().hex[:12], **inputs)
