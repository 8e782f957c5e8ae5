"""A demonstration account for a site that only listens on loopback, and a few edits that go through the whole path."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from edits import images, lifecycle, samples

USERNAME = "demo"


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
            people.filter(username=USERNAME).update(is_active=False)
            return
        demo, _ = people.get_or_create(username=settings.DEMO_USERNAME)
        demo.is_active = demo.is_staff = demo.is_superuser = True
        if not demo.check_password(settings.DEMO_PASSWORD):
            demo.set_password(settings.DEMO_PASSWORD)
        demo.save()
        if options["edits"] and not demo.edits.exists():
            for sample in samples.available():
                self._queue(demo, sample)

    def _queue(self, demo: Any, sample: samples.Sample) -> None:
        if sample.path is None:
            return
        with sample.path.open("rb") as file:
            picture = images.clean(file)
        nonce = f"demo-{sample.name}"
        lifecycle.create(demo, picture, nonce=nonce, prompt=sample.prompt, guidance_scale=6.0, watermark=False, seed=0)
