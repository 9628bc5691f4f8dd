"""Names of campaigns and reviewers, diagnostics and their codes."""

import re

import pytest

from massctl.model.diagnostics import CODES, Diagnostic, Place, Severity, has_errors
from massctl.model.ids import is_campaign_name
from massctl.model.message import Recipient


@pytest.mark.parametrize("name", ["a", "0", "2026-12-spring-sale", "a.b_c-d", "a" * 64])
def test_names_of_campaigns(name):
    assert is_campaign_name(name)


@pytest.mark.parametrize(
    "name", ["", "_shared", ".git", "-a", "A", "春", "a b", "a/b", "a" * 65, "a\n"]
)
def test_no_names_of_campaigns(name):
    assert not is_campaign_name(name)


def test_diagnostics_are_ordered_by_file_line_column_and_code():
    def at(code: str, place: Place | None) -> Diagnostic:
        return Diagnostic(code, Severity.ERROR, "m", place)

    ordered = [
        at("MC999", None),
        at("MC001", Place("a", 1, 2)),
        at("MC002", Place("a", 1, 2)),
        at("MC001", Place("a", 2, 1)),
        at("MC001", Place("b")),
    ]
    assert ordered == sorted(set(ordered), key=lambda d: d.sort_key)


def test_a_place_is_written_as_editors_understand_it():
    assert ["a.md", "a.md:3", "a.md:3:7"] == [str(Place("a.md", *at)) for at in ((), (3,), (3, 7))]


def test_only_an_error_stops():
    warning, error = (
        Diagnostic("MC001", severity, "m") for severity in (Severity.WARNING, Severity.ERROR)
    )
    assert (False, True, False) == (
        has_errors([warning]),
        has_errors((warning, error)),
        has_errors([]),
    )


def test_every_code_is_of_one_shape():
    assert all(re.fullmatch(r"MC\d{3}", code) for code in CODES)


def test_reviewers_are_recorded_by_wechat_name_but_by_openid_only_as_a_digest():
    assert "towxname:editor_li" == Recipient("towxname", "editor_li").recorded
    recorded = Recipient("touser", "oABC123").recorded
    assert re.fullmatch(r"touser:sha256:[0-9a-f]{16}", recorded)
    assert recorded != Recipient("touser", "oABC124").recorded


def test_a_reviewers_name_is_in_no_repr():
    assert "oABC123" not in repr(Recipient("touser", "oABC123"))


@pytest.mark.parametrize(
    ("place", "campaign", "where"),
    [
        (Place("massctl.yaml"), "walks", "massctl.yaml"),
        (None, "walks", "walks"),
        (None, None, ""),
    ],
)
def test_a_fault_is_in_its_place_or_names_its_campaign(
    place: Place | None, campaign: str | None, where: str
) -> None:
    assert where == Diagnostic("MC001", Severity.ERROR, "", place, campaign=campaign).where
