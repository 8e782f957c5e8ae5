"""Compiles the translations into the wheel, since the folder where a wheel is installed may not be writable."""

import subprocess
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TranslationsHook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # In a process of its own: while a wheel is built, Python does not look for modules in this folder.
        subprocess.run([sys.executable, "-m", "edits.translations"], cwd=self.root, check=True)
