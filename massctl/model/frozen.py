"""The foundation of values: made once, never changed, equal if all their fields are equal.

`massctl.model.strict` is the foundation of what people write. Why there are two: docs/adr/0030-values-are-structs.md.
"""

from typing import Any, ClassVar, Union, dataclass_transform, get_args

from msgspec import Struct, UnsetType, field
from msgspec.structs import fields


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

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: Any) -> Any:
        """Let pydantic read it from JSON as an object of its fields, and describe that in a schema."""
        # Only what is read by pydantic needs it, and `--help` is not.
        from pydantic_core import core_schema

        names = {each.encode_name: each.name for each in fields(cls)}
        members = {
            each.encode_name: core_schema.typed_dict_field(
                handler.generate_schema(_where_set(each.type)), required=each.required
            )
            for each in fields(cls)
        }
        whole = core_schema.typed_dict_schema(
            members, extra_behavior="forbid", config={"strict": True}, ref=cls.__name__
        )
        return core_schema.no_info_after_validator_function(
            lambda found: cls(**{names[key]: each for key, each in found.items()}), whole
        )


def _where_set(kind: Any) -> Any:
    """Return the type of a field without UNSET, which stands for a key that is not there."""
    options = get_args(kind)
    if UnsetType not in options:
        return kind
    return Union[tuple(each for each in options if each is not UnsetType)]  # noqa: UP007
