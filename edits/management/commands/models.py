"""List the declared models, compare them with what Wiro says, or draft the file of another one."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from edits.jobs import model_checks
from edits.jobs.catalog import catalog
from edits.models import ModelStatus
from edits.ordering import offers
from edits.ordering.prices import price_of
from edits.wiro import WiroError
from edits.wiro.catalog import draft, key_of


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--check", action="store_true", help="ask Wiro about each of them now; fails if anything differs")
        what.add_argument("--draft", metavar="OWNER/NAME", help="write a file for this model from what Wiro says about it")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["check"] or options["draft"]) and not settings.WIRO_API_KEY:
            sandbox = "The sandbox of `make run` has a key of its own, and knows nothing of Wiro's models."
            raise CommandError(f"WIRO_API_KEY is not set, so Wiro cannot be asked. {sandbox}")
        if options["check"]:
            self._check()
        elif options["draft"]:
            self._draft(options["draft"])
        else:
            self._list()

    def _list(self) -> None:
        offered, known = [model.slug for model in offers.offered()], ModelStatus.objects.in_bulk()
        for model in catalog():
            status = known.get(model.slug)
            price = price_of(model, model.defaults, status)
            place = "default" if model.slug in offered[:1] else "offered" if model.slug in offered else "-"
            state = f"gone since {status.gone_since:%Y-%m-%d}" if status and status.gone_since else _checked(status)
            usd = f"{'about ' if price.is_about else ''}${price.usd.normalize():f}"
            self.stdout.write(f"{model.slug:44} {model.name:22} {place:8} {usd:14} {state}")

    def _check(self) -> None:
        has_mismatch = False
        for checked in model_checks.check():
            told = checked.problem or ("gone" if checked.is_gone else "; ".join(checked.differences) or "ok")
            has_mismatch = has_mismatch or told != "ok"
            self.stdout.write(f"{checked.model.slug:44} {told}")
        if has_mismatch:
            raise CommandError("Not all models match their declarations; see above.")

    def _draft(self, slug: str) -> None:
        try:
            tool = model_checks.look_up(slug)
        except (WiroError, ValueError) as error:
            raise CommandError(f"Could not ask Wiro about {slug}: {error}") from error
        if tool is None:
            raise CommandError(f"Wiro has no model {slug}.")
        folder = Path(settings.MODELS_DIR)
        path = folder / f"{key_of(slug)}.toml"
        if path.exists():
            raise CommandError(f"{path} already exists.")
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(draft(tool, slug), encoding="utf-8")
        self.stdout.write(f"Wrote {path}. Check every line of it, then restart the site.")


def _checked(status: ModelStatus | None) -> str:
    return f"checked {status.checked_at:%Y-%m-%d}" if status and status.checked_at else "not checked yet"
