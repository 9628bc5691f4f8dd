"""Characters that nobody sees, in campaign.yaml and massctl.yaml: wherever they are, comments too."""

from collections.abc import Callable
from typing import Any

from massctl.model.diagnostics import Severity
from massctl.source.campaigns import Loaded, about_unseen

CAMPAIGN = "version: 1\naccount: main # \u202egnihton\naudience: {is_to_all: true}\ntext: {content: 春\u200b季\u200b}\n"
SETTINGS = (
    "version: 1\naccounts:\n  main: {appid: wx0123456789abcdef, secret_env: S, kind: service}\n"
)


def test_they_are_warnings_at_their_first_place(campaign: Callable[[str], Loaded]) -> None:
    loaded = campaign(CAMPAIGN)
    found = about_unseen(loaded.positions.reporter)
    assert loaded.file is not None
    assert [("MC320", Severity.WARNING, 2, 17), ("MC320", Severity.WARNING, 4, 18)] == [
        (d.code, d.severity, d.place.line, d.place.column) for d in found if d.place
    ]
    assert (
        "U+200B (ZERO WIDTH SPACE) is an invisible character; it is here 2 times"
        == found[1].message
    )


def test_a_settings_file_with_them_is_read_and_warned_of(settings: Callable[[str], Any]) -> None:
    model, diagnostics = settings(SETTINGS + "# \u2066\n")
    assert model is not None
    assert [("MC320", "massctl.yaml", 4)] == [
        (d.code, d.place.file, d.place.line) for d in diagnostics
    ]
