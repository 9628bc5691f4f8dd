"""Make what an installation has beyond the sources: compiled translations, and in a wheel the desk's editor."""

import runpy
import shutil
from pathlib import Path
from typing import Any

from babel.messages.frontend import CommandLineInterface
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuiltFiles(BuildHookInterface):
    """Run `pybabel compile` and the build of the desk before hatchling collects the files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write each .mo beside its .po. In a checkout that is only used the desk is built by hand."""
        locale = Path(self.root, "massctl", "locale")
        CommandLineInterface().run(
            ["pybabel", "compile", "--domain", "massctl", "--directory", str(locale)]
        )
        folder = Path(self.root, "massctl", "desk")
        is_built = (folder / "built" / "desk.js").is_file()
        if self.target_name != "wheel" or version == "editable" or is_built:
            return
        if shutil.which("npm") is None:
            self.app.display_warning("without npm the wheel has no editor: `massctl desk` says so")
            return
        runpy.run_path(str(folder / "browser" / "build.py"))["build"]()
