"""How this run speaks: the language, colours, the width of the window; results and talk."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import click

from massctl.errors import MassctlError
from massctl.view.language import Language
from massctl.view.style import Style

PLAIN_WIDTH = 100
"""Columns where standard output is no terminal, for instance a log."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Language, style and width of what a person reads."""

    language: Language
    style: Style
    width: int

    def result(self, text: str) -> None:
        """Write a result to standard output."""
        click.echo(text.rstrip("\n"), color=True)

    def talk(self, text: str) -> None:
        """Write talk to standard error."""
        click.echo(text.rstrip("\n"), err=True, color=True)


def voice(declared: str | None, environment: Mapping[str, str] = os.environ) -> Voice:
    """Give the voice of this run: massctl.yaml's language, else MASSCTL_LANG, else LANG."""
    word = declared or environment.get("MASSCTL_LANG") or environment.get("LANG") or "en"
    language = Language.ZH if word.lower().startswith("zh") else Language.EN
    terminal = sys.stdout.isatty()
    plain = not terminal or bool(environment.get("NO_COLOR"))
    width = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if terminal else PLAIN_WIDTH
    return Voice(language, Style.PLAIN if plain else Style.COLOUR, width)


_current: list[Voice] = []


def speak_as(chosen: Voice) -> Voice:
    """Make a voice the one that errors are told in from now on."""
    _current[:] = [chosen]
    return chosen


def show_error(error: MassctlError) -> None:
    """Tell an error on standard error."""
    from massctl.view.error_text import error_text

    speaker = _current[0] if _current else voice(None)
    speaker.talk(error_text(error, speaker.language, speaker.style, speaker.width))
