"""The sample campaigns whose pages are looked at."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
AT_NOON: Final = """
import sys
from datetime import UTC, datetime
from massctl.cli import clients, clocks, main, session
for module in (clients, clocks, session):
    module.machine_now = lambda: datetime(2026, 12, 1, 4, tzinfo=UTC)
sys.exit(main.run(sys.argv[1:]))
"""
"""The command at noon of a day on which every campaign with a window is to come."""
SAMPLES: Final = (
    "2026-autumn-walks",
    "2026-12-members-issue",
    "2026-12-text-notice",
    "2026-12-river-pictures",
    "2026-12-winter-clip",
)
