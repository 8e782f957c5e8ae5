"""Create the demo account for a site that only this machine can reach, and optionally queue a few edits."""

import uuid
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand

from edits import images, samples
from edits.gallery import trash
from edits.models import NotAllowed, State

from ...ordering import create, quotas

# Tells the accounts made here from those of people who chose the same name.
EMAIL = "demo@reword.invalid"
SAMPLES = "samples@reword.invalid"
# What version 0.1 called them.
EARLIER = {"demo@photo-editor.invalid": EMAIL, "samples@photo-editor.invalid": SAMPLES}
GROUPS = ("reviewer", "operator")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--edits", action="store_true", help="also queue one edit per sample photo (costs money with a real Wiro account)"
        )

    def handle(self, **options: Any) -> None:
        for earlier, email in EARLIER.items():
            get_user_model().objects.filter(email=earlier).update(email=email)
        if not settings.DEMO_USERNAME:
            self._close_account()
            return
        self._account()
        if options["edits"]:
            owner = self._owner_of_samples()
            for sample in samples.available():
                self._queue(owner, sample)

    def _account(self) -> None:
        people = get_user_model().objects
        if people.filter(username=settings.DEMO_USERNAME).exclude(email=EMAIL).exists():
            return
        demo, _ = people.get_or_create(username=settings.DEMO_USERNAME, defaults={"email": EMAIL})
        # Enough to look around everywhere; accounts and their permissions are an administrator's.
        demo.is_active, demo.is_staff, demo.is_superuser = True, True, False
        if not demo.check_password(settings.DEMO_PASSWORD):
            demo.set_password(settings.DEMO_PASSWORD)
        demo.save()
        demo.groups.set(Group.objects.filter(name__in=GROUPS))

    def _close_account(self) -> None:
        """The site may be reached from elsewhere: an account whose password was shown on the sign-in page must not work."""
        for demo in get_user_model().objects.filter(email=EMAIL):
            demo.is_active = demo.is_staff = demo.is_superuser = False
            demo.set_unusable_password()
            demo.save()
            demo.groups.clear()

    def _owner_of_samples(self) -> Any:
        """An account without a password, so that the demo edits use up no user's quota or place in the queue."""
        name = f"samples-{uuid.uuid4().hex[:6]}"
        owner, made = get_user_model().objects.get_or_create(email=SAMPLES, defaults={"username": name})
        if made:
            owner.set_unusable_password()
            owner.save()
        return owner

    def _queue(self, owner: User, sample: samples.Sample) -> None:
        """Queue the edit unless it is done or in progress. One that failed, for example with a stopped sandbox, is replaced."""
        nonce = f"{sample.name}-"
        earlier = owner.edits.filter(nonce__startswith=nonce)
        if sample.path is None or earlier.exclude(state=State.FAILED).exists():
            return
        for failed in earlier.filter(deleted_at__isnull=True):
            with suppress(NotAllowed):
                trash.delete(failed, owner)
        with sample.path.open("rb") as file:
            picture = images.clean(file)
        inputs: dict[str, Any] = {"prompt": sample.prompt, "guidance_scale": 6.0, "watermark": False, "seed": 0}
        try:
            create.create(owner, picture, nonce=nonce + uuid.uuid4().hex[:12], **inputs)
        except quotas.QuotaExceeded:
            self.stderr.write("The configured limits leave no room for the demo edits.")
