"""What a writer at the desk waits for, in a letter of 10,000 characters: the disk, and the phone.

Run as `python bench/desk.py`. The pause after a keystroke (60 ms) and the browser's own work come on top.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
LETTER, PATH = "2026-autumn-walks", "articles/main.md.j2"
PARAGRAPH = "天亮得越来越晚，河边的银杏先黄了顶。我们沿着旧铁路走到水塔，再从菜市场回来。**她说**今年的柿子甜。\n\n"
ROUNDS = 12


def milliseconds(run: Callable[[], object]) -> float:
    """Return the median time of several runs."""
    found = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        run()
        found.append((time.perf_counter() - begin) * 1000)
    return statistics.median(found)


def written_twice(folder: Path, data: bytes) -> None:
    """Put bytes on the disk twice, as a journal and a file need it."""
    for name in ("journal", "file"):
        with (folder / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def main() -> None:
    """Print each time beside its floor."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(ROOT / "massctl.yaml", root)
        shutil.copytree(ROOT / "campaigns", root / "campaigns")
        file = root / "campaigns" / LETTER / PATH
        text = file.read_text(encoding="utf-8")
        text += PARAGRAPH * max(0, (10_000 - len(text)) // len(PARAGRAPH) + 1)
        file.write_text(text, encoding="utf-8")
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        massctl = str(Path(sys.executable).with_name("massctl"))
        command = [massctl, "-C", folder, "desk", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as desk:
            assert desk.stdout is not None
            site, _, key = desk.stdout.readline().decode().strip().partition("/?key=")
            try:
                measure(site, key, text, root)
            finally:
                desk.kill()


def measure(site: str, key: str, text: str, folder: Path) -> None:
    """Write and look, as the page does."""
    client = httpx.Client(base_url=site, cookies={"massctl_desk": key}, timeout=60)
    address = f"/-/api/letters/{LETTER}/files/{PATH}"
    base = client.get(address).json()["version"]
    client.get(f"/{LETTER}")
    time.sleep(5)  # The other letters are rendered ahead.
    said = [text, base]

    def write() -> None:
        said[0] += "雪"
        end = client.put(address, json={"text": said[0], "base": said[1]}).json()
        said[1] = end["file"]["version"]

    def show() -> None:
        write()
        mark = said[0][-40:].strip()
        while mark[-8:] not in client.get(f"/{LETTER}").text:
            pass

    rows = {
        "a keystroke on the disk": (write, lambda: written_twice(folder, text.encode())),
        "a keystroke on the phone": (show, lambda: client.get(f"/{LETTER}")),
        "the list of letters": (
            lambda: client.get("/-/api/letters"),
            lambda: client.get("/-/desk/desk.css"),
        ),
    }
    for name, (run, floor) in rows.items():
        ours, least = milliseconds(run), milliseconds(floor)
        sys.stdout.write(f"{name}: {ours:.0f} ms, floor {least:.1f} ms, {ours / least:.1f} x\n")


if __name__ == "__main__":
    main()
