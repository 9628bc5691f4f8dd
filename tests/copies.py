"""A copy with other fields, of a value of massctl or of a dataclass of the tests."""

import dataclasses
from typing import Any

from msgspec import Struct, structs


def replace(value: Any, **changes: Any) -> Any:
    """Copy a value; what is not named stays."""
    copied = structs.replace if isinstance(value, Struct) else dataclasses.replace
    return copied(value, **changes)
