"""Build the browser's part of the desk into `massctl/desk/built/`, with node and npm.

It runs when the wheel is built, and by hand in a checkout. Nothing of it is needed where massctl runs.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE.parent / "built"


def build() -> None:
    """Install what package-lock.json fixes, and bundle it with the sources; raise if a step fails."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed: install node 20 or newer, then run this again")
    subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True)
    subprocess.run([npm, "run", "--silent", "types"], cwd=HERE, check=True)
    BUILT.mkdir(exist_ok=True)
    subprocess.run([npm, "run", "--silent", "build"], cwd=HERE, check=True)
    shutil.copyfile(HERE / "src" / "desk.css", BUILT / "desk.css")


if __name__ == "__main__":
    build()
    sys.stdout.write(f"built into {BUILT.relative_to(Path.cwd())}\n")
