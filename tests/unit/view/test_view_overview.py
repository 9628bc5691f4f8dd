"""Many campaigns on a terminal: a summary, and a line for each below its account."""

from datetime import timedelta

import pytest
from view_samples import NOW, attempted, campaign, plan_of, state_of, text_campaign

from massctl.apply.jobs import Followed
from massctl.model import entries
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.message import Window
from massctl.model.state import State
from massctl.plan.plan import Plan
from massctl.plan.steps import Concluded
from massctl.view.cells import cells
from massctl.view.i18n import LANGUAGES, Language
from massctl.view.plan import plan_text
from massctl.view.status import status_text
from massctl.view.style import Style
from massctl.view.terminal import Page

NO_WRAPPING = 1_000_000
LABELS = (("brand-0", "早报 (brand-0) · 华东组"), ("brand-1", "晚报 (brand-1) · West team"))
WINDOWS = (
    Window(NOW + timedelta(hours=2), NOW + timedelta(hours=3)),
    Window(NOW + timedelta(days=3), NOW + timedelta(days=3, hours=2)),
    Window(NOW - timedelta(days=3), NOW - timedelta(days=2)),
    Window(NOW - timedelta(hours=1), NOW + timedelta(hours=1)),
    None,
)
SENT = "2026-11-sent"
DOUBTED = "2026-11-doubt"


def recorded() -> State:
    accepted = entries.SendAccepted(attempt=2, msg_id=1, msg_data_id=2)
    attempt = attempted(text_campaign())[0]
    return state_of((attempt, SENT), (accepted, SENT), (attempt, DOUBTED))


def many() -> Plan:
    """Fourteen campaigns of three accounts, of every kind."""
    desired = [
        text_campaign(
            f"2026-12-n{number:02}",
            account=AccountName(f"brand-{number % 3}"),
            appid=AppId(f"wx{number % 3:016x}"),
            window=WINDOWS[number % len(WINDOWS)],
        )
        for number in range(13)
    ]
    like = campaign(SENT)
    sent = Concluded(
        CampaignName(SENT), like.folder, "十一月刊", "main", like.appid, 1, None, like.source_sha256
    )
    return plan_of(*desired, sent, state=recorded())


def page(language: Language, width: int) -> Page:
    return Page(Language(language.value, labels=LABELS), Style.PLAIN, width)


def status(language: Language, width: int) -> str:
    state = recorded()
    records = [state.record(CampaignName(name), 1) for name in (SENT, DOUBTED)]
    of = {records[0].appid: "brand-0"}
    return status_text(
        page(language, width), Followed(records, state), key_of=of.get, is_brief=True
    )


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize("width", [40, 200, NO_WRAPPING], ids=["40", "200", "piped"])
def test_a_plan_of_many(snapshot: object, language: Language, width: int) -> None:
    said = plan_text(page(language, width), many(), NOW, is_brief=True)
    assert [] == [line for line in said.split("\n") if cells(line) > width]
    assert snapshot == said


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize("width", [40, 200, NO_WRAPPING], ids=["40", "200", "piped"])
def test_the_status_of_many(snapshot: object, language: Language, width: int) -> None:
    assert snapshot == status(language, width)


def test_what_waits_has_its_line_and_no_more() -> None:
    said = plan_text(page(Language.EN, 200), many(), NOW, is_brief=True)
    assert ["  2026-12-n01  周日步行改时间  waiting"] == [
        line.partition(" · ")[0] for line in said.split("\n") if "2026-12-n01 " in line
    ]
    assert 2 == sum("2026-12-n02 " in line for line in said.split("\n")), "the refused one has more"
