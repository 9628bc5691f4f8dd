"""What is wrong with a letter is shown with what a writer can do about it."""

import pytest

from massctl.desk.api import missing_at
from massctl.desk.findings import Mend, mend_of
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.model.state import Status
from massctl.plan.guards import lock_missing
from massctl.plan.steps import Guard, Refusal
from massctl.serve.page_cache import Standing

LETTER = CampaignName("walks")
WORDLESS = Diagnostic(
    "MC215", Severity.INFO, Phrase("no words"), Place("campaigns/walks/articles/main.md", 1)
)


@pytest.mark.parametrize(
    ("text", "picture"),
    [
        ("![山](a.jpg)\n\n![ ](../images/b.jpg)\n\n![](c.jpg)\n", "images/b.jpg"),
        ('一\n\n![](<my river.jpg> "题")\n', "articles/my river.jpg"),
        ("![山](a.jpg)\n", None),
    ],
    ids=["the first without words", "a name with a blank", "none"],
)
def test_words_of_the_first_picture_without_them_are_asked_for(
    text: str, picture: str | None
) -> None:
    mend = mend_of(WORDLESS, "articles/main.md", text)
    assert (mend.picture if mend else None) == picture
    if mend is not None:
        assert text[mend.start : mend.end] in {"![]", "![ ]"}
        assert mend.text == "![{words}]"


def test_a_mend_without_a_question_has_no_picture() -> None:
    found = Diagnostic("MC320", Severity.WARNING, Phrase("unseen"), Place("a.md", 1, 2))
    assert mend_of(found, "a.md", "一\u200b二\n") == Mend(1, 2, "")


def test_nobody_at_the_desk_types_how_a_lock_is_made() -> None:
    other = Refusal(Guard.FREEZE, Phrase("frozen"), Phrase("wait"))
    standing = Standing(None, Status.NEW, (other,), lock_missing(LETTER))  # type: ignore[arg-type]
    lock, kept = missing_at(standing, can_lock=True)
    assert "massctl" not in lock.hint
    assert "ask for review" in lock.hint
    assert kept is other
    assert "CI" in missing_at(standing, can_lock=False)[0].hint
    unlocked = Standing(None, Status.NEW, (other,))  # type: ignore[arg-type]
    assert missing_at(unlocked, can_lock=True) == (other,)
