"""The sample campaigns whose pages are looked at."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SAMPLES: Final = (
    "2026-autumn-walks",
    "2026-12-members-issue",
    "2026-12-text-notice",
    "2026-12-river-pictures",
    "2026-12-winter-clip",
)
