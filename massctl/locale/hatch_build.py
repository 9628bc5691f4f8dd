"""Compile the translations when the wheel is built and when massctl is installed for development."""

from pathlib import Path
from typing import Any

from babel.messages.frontend import CommandLineInterface
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledTranslations(BuildHookInterface):
    """Run `pybabel compile` before hatchling collects the files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write each .mo beside its .po."""
        locale = Path(self.root, "massctl", "locale")
        CommandLineInterface().run(
            ["pybabel", "compile", "--domain", "massctl", "--directory", str(locale)]
        )
