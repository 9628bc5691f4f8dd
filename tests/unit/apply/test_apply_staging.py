"""Tokens, pictures and sizes: what stops whom, and what is done once."""

from typing import Any

import pytest
from building import HOUR, NOW, OTHER_APPID, article, house, news, picture, sha
from simulation.scenario import Scene, whole_news, whole_text
from simulation.world import Fault

from massctl.errors import InvariantError
from massctl.model.entries import MaterialForgotten
from massctl.model.ids import AccountName
from massctl.model.message import Purpose, RenderedCampaign, Window
from massctl.plan.plan import Until

LATER = Window(NOW + 2 * HOUR, NOW + 3 * HOUR)
UPLOAD_FAILS = ("upload_image", Fault.REQUEST_LOST)


def showing(name: str, *labels: str, **changes: Any) -> RenderedCampaign:
    """Make a news campaign that shows these pictures, under a cover of its own; it waits for its window."""
    body = "".join(f'<img src="massctl-picture:{sha(label)}">' for label in labels)
    pictures = (*map(picture, labels), picture("cover", Purpose.MATERIAL))
    return news(name, article(f"标题 {name}", content=f"<p>字</p>{body}"), pictures=pictures, window=LATER, **changes)


def errors(outcome: Any) -> dict[str, bool]:
    """Say of each campaign whether it failed."""
    return {each.planned.name: each.error is not None for each in outcome.campaigns}


def test_a_picture_that_campaigns_share_is_uploaded_once() -> None:
    scene = Scene([showing("a", "hero"), showing("b", "hero")])
    assert 0 == scene.apply().exit_status()
    assert (1, 1, 2) == tuple(scene.wechat.count(name) for name in ("upload_image", "add_material", "add_draft"))


def test_an_upload_carries_the_bytes_under_an_ascii_name() -> None:
    scene = Scene([showing("a", "hero")])
    scene.apply()
    assert {sha("hero")} == set(scene.wechat.images.values())
    assert [sha("cover")] == list(scene.wechat.materials.values())


def test_a_failed_upload_stops_every_campaign_that_shows_the_picture_and_no_other() -> None:
    scene = Scene([showing("a", "hero"), showing("b", "hero", "second"), showing("c", "second")])
    outcome = scene.apply(UPLOAD_FAILS)
    assert 1 == outcome.exit_status()
    assert {"a": True, "b": True, "c": False} == errors(outcome)
    assert 1 == scene.wechat.count("add_draft")


def test_a_failed_upload_does_not_stop_the_same_bytes_in_another_use() -> None:
    as_cover = news(
        "b",
        article("标题 b", content="<p>字</p>", cover=sha("hero")),
        pictures=(picture("hero", Purpose.MATERIAL),),
        window=LATER,
    )
    scene = Scene([showing("a", "hero"), as_cover])
    assert {"a": True, "b": False} == errors(scene.apply(UPLOAD_FAILS))


def test_a_failed_upload_does_not_stop_a_campaign_whose_draft_exists() -> None:
    """A cover was forgotten, and only the campaign that still needs a draft waits for it."""
    new, staged = showing("a", "hero"), showing("b", "second")
    scene = Scene([staged])
    scene.apply()
    scene.write(MaterialForgotten(appid=staged.appid, sha256=sha("cover")))
    scene.campaigns = [new, staged]
    assert {"a": True, "b": False} == errors(scene.apply(("add_material", Fault.REQUEST_LOST)))


def test_a_failed_upload_does_not_stop_another_account() -> None:
    elsewhere = showing("b", "hero", account=AccountName("other"), appid=OTHER_APPID)
    scene = Scene([showing("a", "hero"), elsewhere])
    assert {"a": True, "b": False} == errors(scene.apply(UPLOAD_FAILS))


def test_a_run_until_upload_saves_no_draft() -> None:
    scene = Scene([showing("a", "hero")], until=Until.UPLOAD)
    outcome = scene.apply()
    assert (0, ["renew_token", "upload_image", "add_material"]) == (outcome.exit_status(), scene.wechat.calls)


def test_a_picture_without_bytes_is_a_bug_and_ends_the_run() -> None:
    scene = Scene([showing("a", "unheard-of")])
    with pytest.raises(InvariantError):
        scene.apply()


def test_an_account_without_a_secret_stops_its_campaigns_and_no_other() -> None:
    elsewhere = showing("b", "hero", account=AccountName("other"), appid=OTHER_APPID)
    scene = Scene([showing("a", "hero"), elsewhere], no_secret_for=frozenset({"other"}))
    outcome = scene.apply()
    assert (1, {"a": False, "b": True}) == (outcome.exit_status(), errors(outcome))
    assert outcome.campaigns[1].error is not None
    assert "set the secret of other" == outcome.campaigns[1].error.hint


def test_a_token_that_cannot_be_had_is_one_error_and_nothing_else_is_called() -> None:
    scene = Scene([showing("a", "hero"), whole_text(Window(NOW - 2 * HOUR, NOW - HOUR))])
    outcome = scene.apply(("renew_token", Fault.REQUEST_LOST))
    assert (["renew_token"], {"a": True, "words": False}) == (scene.wechat.calls, errors(outcome))


def test_progress_counts_every_call_and_always_ends() -> None:
    scene = Scene([showing("a", "hero")])
    scene.apply(("add_draft", Fault.MEDIA_UNKNOWN))
    expected = ["connecting 1. end", "uploading files, reading audiences 3... end", "saving drafts 1. end"]
    assert expected == scene.progress.labels


def test_sizes_are_read_once_for_each_audience_and_again_for_each_send() -> None:
    scene = Scene([whole_news(), whole_text()])
    scene.apply()
    calls = [each for each in scene.wechat.calls if each in ("audience_count", "send_mass")]
    assert ["audience_count", *["audience_count", "send_mass"] * 2] == calls


def test_what_is_refused_is_staged_all_the_same() -> None:
    scene = Scene([whole_news()], rules=house(no_send=True))
    outcome = scene.apply()
    assert (5, "previewed") == (outcome.exit_status(), outcome.status(outcome.campaigns[0]).value)
