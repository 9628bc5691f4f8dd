"""The pydantic foundation of every file format: strict, frozen, no unknown keys."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

NonEmpty = Annotated[str, StringConstraints(min_length=1)]
ONE_LINE_PATTERN = r"^[^\r\n]*$"
OneLine = Annotated[str, StringConstraints(pattern=ONE_LINE_PATTERN)]
"""A name that is shown between other words: a second line could pass for one of ours."""
NonEmptyLine = Annotated[str, StringConstraints(min_length=1, pattern=ONE_LINE_PATTERN)]
PrefixedDigest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""`sha256:` and 64 hex digits."""


def _as_locks_write(schema: dict[str, Any]) -> None:
    """Require `type`, which code may leave out, and drop titles that only repeat keys."""
    properties = schema["properties"]
    properties.pop("is_promise", None)
    for each in properties.values():
        each.pop("title", None)  # An enumeration has none.
    if properties.get("type", {}).pop("default", None) is not None:
        schema["required"].insert(0, "type")


IN_LOCKS = ConfigDict(
    extra="forbid", use_attribute_docstrings=True, json_schema_extra=_as_locks_write
)
"""How the parts of a lock that code makes too are read and described."""


class Strict(BaseModel):
    """Accept exactly the declared keys with exactly the declared types; never coerce."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        populate_by_name=False,
        protected_namespaces=(),
        defer_build=True,
    )
