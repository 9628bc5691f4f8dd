"""The browser's part of the desk, as `massctl/desk/browser/build.py` makes it from its sources and CodeMirror."""

from importlib.resources import files
from importlib.util import find_spec

from massctl.errors import ConfigurationError
from massctl.extras import EXTRAS, install_command
from massctl.model.phrase import Phrase

SCRIPT_FILES = {
    "desk.js": "text/javascript; charset=utf-8",
    "desk.css": "text/css; charset=utf-8",
}
"""What the page asks for, and its type."""


def script(name: str) -> bytes:
    """Return one of SCRIPT_FILES."""
    return (files("massctl.desk") / "built" / name).read_bytes()


def require_built() -> None:
    """Raise ConfigurationError where this installation has no editor, or not the extra `desk`."""
    if find_spec(EXTRAS["desk"]) is None:
        raise ConfigurationError(
            Phrase("the desk needs one more package"), "", install_command("desk")
        )
    if not (files("massctl.desk") / "built" / "desk.js").is_file():
        raise ConfigurationError(
            Phrase("the editor of the desk is not in this installation"),
            Phrase(
                "A wheel of massctl has it; a checkout of its sources builds it with node and npm."
            ),
            Phrase("python massctl/desk/browser/build.py"),
        )
