"""What a person decides of a Word file."""

from collections.abc import Mapping

WORD_CHOICES: Mapping[str, tuple[str, ...]] = {
    "revisions": ("accept", "reject"),
    "hidden": ("drop", "keep"),
    "comments": ("drop",),
}
"""Each decision with its answers. Without an answer the import stops where the file asks for one."""
