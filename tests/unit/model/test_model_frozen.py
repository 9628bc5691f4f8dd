"""What a value shows of itself, and that it stays as it was made."""

from typing import ClassVar

import pytest
from rich.pretty import pretty_repr

from massctl.callback.envelope import Secrets
from massctl.model.frozen import Frozen
from massctl.model.message import RenderedCampaign
from massctl.model.send import ToOpenids
from massctl.wechat.token import Grant


class Badge(Frozen):
    hidden_fields: ClassVar[tuple[str, ...]] = ("code",)

    name: str
    code: str = "0000"


SECRETIVE = (
    (ToOpenids(("oSECRET", "oSECRET2")), "ToOpenids()"),
    (Badge("li", code="SECRET"), "Badge(name='li')"),
)


@pytest.mark.parametrize(("value", "shown"), SECRETIVE, ids=lambda each: type(each).__name__)
def test_hidden_fields_are_in_no_text_about_a_value(value: Frozen, shown: str) -> None:
    assert shown == repr(value) == str(value) == f"{value}"
    assert "SECRET" not in pretty_repr(value)
    assert "SECRET" not in repr([value])


@pytest.mark.parametrize(
    "kind", [Secrets, Grant, ToOpenids, RenderedCampaign], ids=lambda each: each.__name__
)
def test_what_is_hidden_is_a_field(kind: type[Frozen]) -> None:
    assert kind.hidden_fields
    assert set(kind.hidden_fields) <= set(kind.__struct_fields__)


def test_a_value_cannot_be_changed_and_equals_its_like() -> None:
    badge = Badge("li")
    with pytest.raises(AttributeError):
        badge.name = "mei"  # type: ignore[misc]
    assert Badge("li") == badge != Badge("li", code="1")
    assert hash(Badge("li")) == hash(badge)
