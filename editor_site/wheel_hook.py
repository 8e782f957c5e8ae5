"""Compiles the translations into the wheel: where it is installed nobody may be able to write beside it."""

import subprocess
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TranslationsHook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # In a process of its own: where a wheel is built, this folder is not where Python looks for modules.
        subprocess.run([sys.executable, "-m", "edits.translations"], cwd=self.root, check=True)
