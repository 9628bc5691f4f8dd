"""Records the README's commands as an animated picture, in both languages, from a real terminal and the real inbox.

`PYTHONPATH=tests:tests/pages .venv/bin/python -m readme_recording` after a change of what these commands print.
"""

import base64
import html
import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from page_samples import AT_NOON, ROOT
from PIL import Image
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from massctl.browser import FLAGS, Browser, find_chromium

IMAGES: Final = ROOT / "docs" / "images"
PAGES: Final = {"en": "recording.svg", "zh": "recording.zh-CN.svg"}
NAME: Final = "2026-autumn-walks"
COMMANDS: Final = (
    f"plan {NAME} --sandbox",
    f"apply {NAME} --sandbox --yes",
    f"apply {NAME} --sandbox --yes",
)
SECONDS: Final = (6, 5, 6, 4)
"""How long each picture stays: the two commands, the inbox, and the second apply."""
COLUMNS: Final = 100
ROWS: Final = 38
_ACROSS, _DOWN, _SIZE, _EDGE = 8, 19, 13, 18
"""Pixels: a cell's width and height, a letter's size, the edge around the text."""
_PAPER, _INK, _DIM = "#1b1c1e", "#e3e5e4", "#9da3a0"
_CHANGES: Final = re.compile(r"(?<=digest )[0-9a-f]{12}|(?<=指纹 )[0-9a-f]{12}")
"""What differs from run to run, and from one version of a theme to the next."""


def main() -> None:
    """Record both languages."""
    for language, page in PAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            shots, inbox = _recorded(Path(folder), language)
        (IMAGES / page).write_text(_animation(shots, inbox), encoding="utf-8")
        (IMAGES / page).with_suffix(".txt").write_text(
            as_compared("\n".join(shots)), encoding="utf-8"
        )


def printed(root: Path, language: str) -> list[str]:
    """Run the commands in a copy of the repository, and give what a terminal shows of each, with its colours."""
    for name in ("massctl.yaml", "campaigns"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    return [
        f"$ massctl {command}\n{_on_a_terminal(root, command, language)}" for command in COMMANDS
    ]


def as_compared(text: str) -> str:
    """Drop colours, and what a recording need not show as it is now."""
    return _CHANGES.sub("#", Text.from_ansi(text).plain)


def _on_a_terminal(root: Path, command: str, language: str) -> str:
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        "MASSCTL_LANG": language,
        "COLUMNS": str(COLUMNS),
        "TERM": "xterm-256color",
    }
    environment.pop("NO_COLOR", None)
    run = [sys.executable, "-c", AT_NOON, "-C", str(root), *command.split()]
    with subprocess.Popen(
        run, stdout=theirs, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        os.close(theirs)
        found = bytearray()
        try:
            while data := os.read(ours, 65536):
                found += data
        except OSError:
            pass  # The other end of a pseudo-terminal is closed: its reader gets an error in place of the end.
        if process.wait() != 0:
            raise SystemExit(f"massctl {command} failed: {found.decode()}")
    os.close(ours)
    return found.decode().replace("\r\n", "\n")


def _recorded(root: Path, language: str) -> tuple[list[str], bytes]:
    shots = printed(root, language)
    run = [sys.executable, "-m", "massctl", "-C", str(root), "sandbox", "--port", "0"]
    environment = {**os.environ, "MASSCTL_LANG": language}
    with subprocess.Popen(
        run, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as served:
        assert served.stdout is not None
        address = served.stdout.readline().split()[0]
        # The browser of the product asks nobody; this one asks the sandbox.
        with Browser(find_chromium(os.environ), root / "profile", FLAGS) as browser:
            browser.window(1000, 900)
            browser.open(address)
            picture = browser.picture((0, 0, 1000, 900))
        served.terminate()
    kept = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").save(kept, "WEBP", quality=60)
    return shots, kept.getvalue()


def _animation(shots: list[str], inbox: bytes) -> str:
    width, height = COLUMNS * _ACROSS + 2 * _EDGE, ROWS * _DOWN + 2 * _EDGE
    data = base64.b64encode(inbox).decode()
    picture = (
        f'<image href="data:image/webp;base64,{data}" width="{width}" height="{height}" '
        'preserveAspectRatio="xMidYMin slice"/>'
    )
    screens = [_screen(shot) for shot in shots]
    scenes, total, begun, styles = (
        [screens[0], screens[1], picture, screens[2]],
        sum(SECONDS),
        0,
        [],
    )
    for number, seconds in enumerate(SECONDS):
        first, last = 100 * begun / total, 100 * (begun + seconds) / total
        before = f"0%, {first - 0.01:.2f}% {{ opacity: 0 }} " if begun else ""
        after = (
            f"{last - 0.01:.2f}% {{ opacity: 1 }} {last:.2f}%, 100% {{ opacity: 0 }}"
            if last < 100
            else ""
        )
        styles.append(
            f"@keyframes k{number} {{ {before}{first:.2f}%{', 100%' if not after else ''} {{ opacity: 1 }} {after} }} "
            f".k{number} {{ opacity: {int(not begun)}; animation: k{number} {total}s infinite }}"
        )
        begun += seconds
    styles.append(
        f"text {{ font: {_SIZE}px ui-monospace, Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace; "
        "white-space: pre }} "
        "@media (prefers-reduced-motion: reduce) { g { animation: none !important } }"
    )
    inside = "\n".join(f'<g class="k{number}">{scene}</g>' for number, scene in enumerate(scenes))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f"<style>{' '.join(styles)}</style>\n"
        f'<rect width="100%" height="100%" rx="10" fill="{_PAPER}"/>\n{inside}\n</svg>\n'
    )


def _screen(shot: str) -> str:
    """Draw what a terminal shows; each character that is two cells wide stands at its own place."""
    console = Console(
        width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    drawn = []
    for row, line in enumerate(shot.rstrip("\n").split("\n")[:ROWS]):
        column, down = 0, _EDGE + (row + 0.8) * _DOWN
        for segment in Text.from_ansi(line).render(console):
            words = segment.text.rstrip("\n")
            if words.strip():
                places = " ".join(f"{_EDGE + at * _ACROSS:g}" for at in _cells(words, column))
                drawn.append(
                    f'<text x="{places}" y="{down:g}"{_style(segment.style)}>{html.escape(words)}</text>'
                )
            column += cell_len(words)
    return "".join(drawn)


def _cells(words: str, column: int) -> list[int]:
    return [column + cell_len(words[:number]) for number in range(len(words))]


def _style(style: Style | None) -> str:
    colour, weight = _INK, ""
    if style is not None:
        if style.color is not None and not style.color.is_default:
            colour = style.color.get_truecolor(DIMMED_MONOKAI).hex
        if style.bold:
            weight = ' font-weight="bold"'
        if style.dim:
            colour = _DIM
    return f' fill="{colour}"{weight}'


if __name__ == "__main__":
    main()
