"""The foundation of values: made once, never changed, equal if all their fields are equal.

`massctl.model.strict` is the foundation of what people write. Why there are two: docs/adr/0030-values-are-structs.md.
"""

from typing import Any, ClassVar, dataclass_transform

from msgspec import Struct, field


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Frozen(Struct, frozen=True):
    """Hold named fields, and show those that are not hidden."""

    hidden_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that no text about the value shows: secrets, openids, and what is too long to read."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """List the fields that may be shown."""
        return [
            (name, getattr(self, name))
            for name in self.__struct_fields__
            if name not in self.hidden_fields
        ]

    def __repr__(self) -> str:
        shown = (f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({', '.join(shown)})"
