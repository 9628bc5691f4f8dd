"""The Chinese catalogue: every sentence of massctl that people read."""

from collections.abc import Mapping
from typing import Final

CATALOGUE: Final[Mapping[str, str]] = {}
"""English template -> Chinese template with the same fields."""
