"""A cell that gets another name, account or audience is not sent to followers who may have it."""

from typing import Any

import pytest
from building import (
    APPID,
    DAY,
    NOW,
    OPEN,
    OTHER_APPID,
    attempted,
    audience,
    entries,
    guards,
    house,
    planned,
    recorded,
    saved,
    sent,
    sha,
    text,
)
from msgspec.structs import replace

from massctl.model.batches import OpenidList
from massctl.model.entries import AudienceResolved, SendAccepted, SendImported, SendRejected
from massctl.model.ids import CampaignName
from massctl.model.message import DeclaredCell, Family, RenderedCampaign, approved_audience
from massctl.model.state import State
from massctl.plan.matrix import matrix_refusal
from massctl.plan.steps import Gone

TAG = audience(tag_id=100)


def cell(name: str, appid: Any = APPID, whom: Any = None) -> DeclaredCell:
    return DeclaredCell(CampaignName(name), appid, whom or audience())


def family(*cells: DeclaredCell, folders: tuple[str, ...] = ("spring",)) -> Family:
    return Family(frozenset(map(CampaignName, folders)), cells)


def of(name: str, *others: DeclaredCell, **changes: Any) -> RenderedCampaign:
    """Make a cell of a matrix, which also has `others`."""
    changes.setdefault("family", family(cell(name), *others))
    return text(name, f"words of {name}", window=OPEN, **changes)


def went(campaign: RenderedCampaign) -> State:
    """Say that a campaign was sent to the audience that it declared."""
    event = attempted(campaign, audience=approved_audience(campaign))
    return recorded(event, (SendAccepted(attempt=2, msg_id=7), campaign))


def refused(campaign: RenderedCampaign, state: State) -> bool:
    found = guards(planned(campaign, state))
    assert bool(found) == (matrix_refusal(campaign, state) is not None)
    return found == ["matrix_changed"]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param("spring", "spring@east", id="a matrix was added"),
        pytest.param("spring@east", "spring", id="the matrix was removed"),
        pytest.param("spring@east", "spring@ost", id="a cell was renamed"),
    ],
)
def test_what_was_sent_under_another_name_of_the_folder_is_not_sent_again(before: str, now: str):
    changes = {} if "@" in now else {"family": None}
    assert refused(of(now, **changes), recorded(*sent(text(before, "another text"))))


def test_another_tag_may_be_of_the_same_followers():
    gone = text("spring@east", "another text", audience=TAG)
    now = of("spring@ost", audience=audience(tag_id=101))
    assert refused(now, went(gone))


def test_a_send_without_an_answer_may_have_reached_them():
    gone = text("spring@east", "another text")
    state = recorded(attempted(gone))
    assert "matrix_changed" in guards(planned(of("spring@ost"), state))


@pytest.mark.parametrize(
    "happened",
    [
        pytest.param([], id="nothing"),
        pytest.param(["refused"], id="it was refused"),
    ],
)
def test_what_surely_reached_nobody_is_no_reason(happened: list[str]):
    gone = text("spring@east", "another text")
    events = [attempted(gone), (SendRejected(attempt=2, errcode=45028), gone)] if happened else []
    assert not refused(of("spring@ost"), recorded(*events))


def test_another_account_has_other_followers():
    gone = text("spring@east", "another text", appid=OTHER_APPID)
    assert not refused(of("spring@ost"), went(gone))


def test_another_folder_is_another_campaign():
    assert not refused(of("spring@ost"), recorded(*sent(text("winter@ost", "another text"))))


def test_a_folder_that_was_renamed_to_this_one_is_of_the_family():
    now = of("spring@ost", family=family(cell("spring@ost"), folders=("spring", "winter")))
    assert refused(now, recorded(*sent(text("winter@east", "another text"))))


def test_a_cell_that_declares_what_it_sent_leaves_the_others_alone():
    east = text("spring@east", "another text", audience=TAG)
    west = of("spring@west", cell("spring@east", whom=TAG), audience=audience(tag_id=101))
    assert not refused(west, went(east))


@pytest.mark.parametrize(
    "east",
    [
        pytest.param(cell("spring@east", whom=audience(tag_id=102)), id="another audience"),
        pytest.param(cell("spring@east", OTHER_APPID, TAG), id="another account"),
    ],
)
def test_a_cell_that_declares_something_else_now_counts_as_gone(east: DeclaredCell):
    before = text("spring@east", "another text", audience=TAG)
    assert refused(of("spring@west", east, audience=TAG), went(before))


def test_the_hint_names_the_entry_that_says_so():
    state = recorded(*sent(text("spring", "another text")))
    found = matrix_refusal(of("spring@east"), state)
    assert found is not None
    assert "{from: spring, to: spring@east}" in found.hint


def test_an_entry_of_massctl_yaml_makes_it_one_record():
    state = State({CampaignName("spring"): CampaignName("spring@east")})
    state.absorb_all(entries(*sent(text("spring", "another text"))))
    assert matrix_refusal(of("spring@east"), state) is None
    assert matrix_refusal(of("spring@west", cell("spring@east")), state) is None
    assert matrix_refusal(of("spring@west"), state) is not None


def test_what_was_only_staged_was_sent_to_nobody():
    gone = text("spring@east", "another text")
    assert not refused(of("spring@ost"), recorded(saved(gone)))


def test_a_send_that_a_person_imported_without_an_account_may_be_of_this_one():
    gone = text("spring@east", "another text")
    imported = SendImported(appid=APPID, sent_at=NOW - DAY, reason="in the console", by="anna")
    assert refused(of("spring@ost"), recorded((imported, gone)))


def test_nothing_is_staged_either():
    state = recorded(*sent(text("spring", "another text")))
    assert ["matrix_changed"] == guards(planned(of("spring@east"), state, house("spring@east")))


def test_a_cell_in_doubt_that_is_gone_says_what_helps():
    gone = text("spring@east")
    found = planned(Gone(gone.name, None, gone.appid, 1), recorded(attempted(gone)))
    (refusal,) = found.refusals
    assert ("account_in_doubt", True, True) == (
        refusal.guard.value,
        "no campaign.yaml declares it" in refusal.message,
        "`moved:`" in refusal.hint,
    )


VIP = audience(tag_id=101)
BY_NAME = audience(tag="VIP")


def found_as(campaign: RenderedCampaign, tag_id: int, name: str = "VIP") -> Any:
    """Say that the name of a campaign's tag was looked up."""
    found = AudienceResolved(
        appid=campaign.appid,
        digest=campaign.digest,
        tag=name,
        tag_id=tag_id,
        name=name,
        count=9,
    )
    return found, campaign


EAST_BY_ID, WEST_BY_ID = text("spring@east", "a", audience=VIP), text("spring@west", audience=VIP)
EAST_BY_NAME = text("spring@east", "a", audience=BY_NAME)
WEST_BY_NAME = text("spring@west", audience=BY_NAME)


@pytest.mark.parametrize(
    ("east", "west", "known"),
    [
        pytest.param(EAST_BY_ID, WEST_BY_NAME, [found_as(WEST_BY_NAME, 101)], id="by id"),
        pytest.param(EAST_BY_NAME, WEST_BY_ID, [found_as(EAST_BY_NAME, 101)], id="by name"),
    ],
)
@pytest.mark.parametrize("was_sent", [True, False], ids=["sent", "declared"])
def test_two_cells_do_not_send_to_one_tag(
    east: RenderedCampaign, west: RenderedCampaign, known: list[Any], *, was_sent: bool
):
    sends = [
        attempted(east, audience=approved_audience(east)),
        (SendAccepted(attempt=2 + len(known), msg_id=7), east),
    ]
    state = recorded(*known, *(sends if was_sent else []))
    now = of("spring@west", cell("spring@east", whom=east.audience), audience=west.audience)
    found = matrix_refusal(now, state)
    assert found is not None
    assert "spring@east is for the same tag of this account (id 101)" in found.message


def test_tags_that_nobody_looked_up_yet_may_be_two():
    state = recorded()
    west = of("spring@west", cell("spring@east", whom=VIP), audience=BY_NAME)
    assert not refused(west, state)


def test_a_name_that_was_changed_since_it_was_looked_up_is_looked_up_again():
    state = recorded(found_as(EAST_BY_NAME, 101))
    east = cell("spring@east", whom=audience(tag="SVIP"))
    assert not refused(of("spring@west", east, audience=VIP), state)


def test_the_same_tag_id_of_another_account_is_another_tag():
    west = of("spring@west", cell("spring@east", OTHER_APPID, VIP), audience=VIP)
    assert not refused(west, recorded())


ONE = OpenidList(sha("one"), 3)


@pytest.mark.parametrize("now", [ONE, OpenidList(sha("two"), 3), None])
def test_a_list_that_is_another_one_than_was_sent_counts_as_gone(now: OpenidList | None):
    listed = audience(openids="one.txt")
    east = text("spring@east", audience=listed, openid_list=ONE)
    state = went(east)
    declared = replace(cell("spring@east", whom=listed), openid_list=now)
    west = of("spring@west", declared, audience=audience(tag_id=5))
    assert refused(west, state) is (now != ONE)


def test_a_list_may_be_another_one_with_another_edition():
    listed = audience(openids="one.txt")
    state = went(text("spring@east", audience=listed, openid_list=ONE))
    declared = replace(cell("spring@east", whom=listed), openid_list=OpenidList(sha("two"), 3))
    assert not refused(of("spring@west", declared, audience=audience(tag_id=5), edition=2), state)


def test_parts_of_another_snapshot_or_another_number_of_them_are_refused() -> None:
    first = text("spring@1", audience=audience(of="east", part="1/2"), openid_list=ONE)
    second = of("spring@2", audience=audience(of="east", part="2/3"))
    found = matrix_refusal(second, went(first))
    assert found is not None
    assert "another snapshot" in found.message
    assert "audiences/east.lock.json" in found.hint
