"""Which bytes a run sends: those that are rendered now, or those that were locked."""

from enum import Enum


class LockUse(Enum):
    """What is sent."""

    NONE = "none"
    """What is rendered now."""
    LOCKED = "locked"
    """What is locked (`--locked`); articles and templates may have been edited since."""
    REQUIRED = "required"
    """What is locked and was not edited since (`policy.require_lock`)."""
