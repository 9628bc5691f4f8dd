"""A check-up for a person: the repository first, then each account, and what to do below each finding."""

from massctl.model.diagnostics import Check, Finding, Level
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase
from massctl.view.doctor import LABELS, doctor_text
from massctl.view.i18n import Language
from massctl.view.style import Style
from massctl.view.terminal import Page

MAIN, OTHER = AccountName("main"), AccountName("other")
FINDINGS = [
    Finding(Check.LEDGER, Level.OK, Phrase("there is no ledger yet; the first apply begins it")),
    Finding(
        Check.WINDOWS, Level.WARNING, "the window of one has closed", "give it a new one", MAIN
    ),
    Finding(
        Check.WINDOWS, Level.WARNING, "the window of two has closed", "give it a new one", OTHER
    ),
    Finding(Check.TOKEN, Level.PROBLEM, "this address is not on the whitelist", "add it", MAIN),
    Finding(Check.TAGS, Level.UNKNOWN, Phrase("not checked: there is no token"), account=MAIN),
    Finding(
        Check.TOKEN,
        Level.OK,
        Phrase("WeChat gave a token: it accepts AppID and AppSecret"),
        account=OTHER,
    ),
]


def test_findings_stand_below_whose_they_are() -> None:
    assert """\
the repository
  ledger   ✓ there is no ledger yet; the first apply begins it
  windows  ! the window of one has closed
             give it a new one
           ! the window of two has closed
             give it a new one

main
  token    ✗ this address is not on the whitelist
             add it
  tags     ? not checked: there is no token

other
  token    ✓ WeChat gave a token: it accepts AppID and AppSecret

doctor: problems: 1, warnings: 2, not checked: 1""" == doctor_text(
        Page(Language.EN, Style.PLAIN, 80), FINDINGS
    )


def test_a_sound_account_is_told_so() -> None:
    assert (
        "doctor: nothing blocks a send"
        == doctor_text(Page(Language.EN, Style.PLAIN, 80), FINDINGS[:1]).split("\n")[-1]
    )
    assert "检查结果：没有什么妨碍群发" in doctor_text(
        Page(Language.ZH, Style.PLAIN, 80), FINDINGS[:1]
    )


def test_every_check_has_its_word() -> None:
    assert set(Check) == set(LABELS)
