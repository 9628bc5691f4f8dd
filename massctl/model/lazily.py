"""A module of ours that is loaded when the first of its names is asked for."""

from importlib import import_module
from typing import Any


class Lazily:
    """Stands for the module `name` until something of it is used.

    For modules that load pydantic, which takes longer than planning campaigns that are all known.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        """Load the module, and give what was asked for; asked again, it is found at once."""
        found = getattr(import_module(self._name), attribute)
        setattr(self, attribute, found)
        return found
