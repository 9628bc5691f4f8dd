"""Forty campaigns over three accounts in one run: each stands for itself, and a doubt stops its own account's sends."""

from collections import Counter

import pytest
from cli_runner import Shell
from forty import ACCOUNTS, BAD_BODIES, IN_DOUBT, NO_UPLOAD, Story, names, tell

from massctl.plan.steps import Kind

_TOLD: list[Story] = []
DUE = names("due-1", "due-2", "due-3", "due-4")
NEWS = names("due-1", "due-2", "soon", "far", "crowd") | {"main-tagless"}
INVALID = names("bad-key", "bad-body")
IN_ORDER = [
    "late",
    "late-news",
    "due-3",
    "due-1",
    "due-2",
    "due-4",
    "crowd",
    "soon",
    "tagless",
    "far",
]
IN_ORDER += ["nameless", "nameless-text"]
STOPPED = {"main-due-2", "main-due-4"}


@pytest.fixture
def story(shell: Shell) -> Story:
    """The story, told once for the tests of this module: none of them changes anything."""
    if not _TOLD:
        _TOLD.append(tell(shell))
    return _TOLD[0]


def steps(story: Story, kind: str) -> set[str]:
    """Give the campaigns that plan a step of this kind."""
    found = story.plan.document["campaigns"]
    return {each["name"] for each in found if kind in [step["kind"] for step in each["steps"]]}


@pytest.mark.night
def test_the_plan_has_all_of_them(story: Story):
    assert len(story.plan.document["campaigns"]) == 40
    assert story.plan.status == 1


def test_the_plan_sends_what_is_due_and_stages_the_rest(story: Story):
    assert steps(story, "send_mass") == DUE | names("crowd") | {"main-tagless"}
    assert steps(story, "save_draft") == NEWS
    assert steps(story, "send_preview") == names("due-1", "soon")


def test_the_plan_uploads_each_picture_once_for_an_account(story: Story):
    uploads = [
        step["address"]
        for each in story.plan.document["campaigns"]
        for step in each["steps"]
        if step["kind"] in {"upload_image", "add_material"}
    ]
    assert len(uploads) == len(set(uploads)) == 2 * len(ACCOUNTS) + 1


def test_the_summary_counts_the_steps(story: Story):
    counted = Counter(
        step["kind"] for each in story.plan.document["campaigns"] for step in each["steps"]
    )
    assert story.plan.document["summary"] == {**dict.fromkeys(Kind, 0), **counted}


def test_the_order_is_account_then_end_of_window_then_name(story: Story):
    expected = [
        f"{account}-{kind}"
        for account in sorted(ACCOUNTS)
        for kind in IN_ORDER
        if kind != "tagless" or account == "main"
    ]
    for document in (story.plan.document, story.runs[0].document):
        assert [
            each["name"] for each in document["campaigns"] if each["name"] not in INVALID
        ] == expected


def test_a_faulty_campaign_keeps_its_account_and_its_place(story: Story):
    assert [
        each["account"] for each in story.plan.document["campaigns"] if each["name"] in INVALID
    ] == [account for account in sorted(ACCOUNTS) for _ in range(2)]


def test_an_invalid_campaign_stops_only_itself(story: Story):
    found = story.campaigns(0)
    assert {name for name, each in found.items() if each["error"]} == INVALID | {NO_UPLOAD}
    assert {len(found[name]["performed"]) for name in INVALID} == {0}
    assert len(BAD_BODIES) == 3


def test_everything_is_staged_but_what_failed(story: Story):
    assert {address.partition("/")[0] for address in story.did(0, "save_draft")} == NEWS - {
        NO_UPLOAD
    }


def test_the_expired_are_not_staged_and_refused_once(story: Story):
    assert story.refused(0, "expired") == names("late", "late-news")
    assert story.refused(1, "expired") == set()
    assert story.having(3, window="expired") == names("late", "late-news")


def test_without_a_window_nothing_is_sent_by_itself(story: Story):
    assert all(
        story.refused(run, "not_named") == names("nameless", "nameless-text") for run in range(4)
    )


def test_a_doubt_stops_the_sends_of_its_account_only(story: Story):
    assert story.having(0, status="in_doubt") == {IN_DOUBT}
    assert {address.partition("/")[0] for address in story.did(0, "send_mass")} == DUE - STOPPED - {
        IN_DOUBT,
        NO_UPLOAD,
    }
    assert STOPPED <= story.refused(0, "account_in_doubt")
    assert all(name.startswith("main-") for name in story.refused(0, "account_in_doubt"))


def test_each_send_is_one_request_in_the_order_of_the_plan(story: Story):
    sent = {
        appid: [job for job in story.reports[0]["jobs"] if job["appid"] == appid]
        for appid in ACCOUNTS.values()
    }
    assert [len(jobs) for jobs in sent.values()] == [4, 2, 3]
    assert [job["msgtype"] for job in sent[ACCOUNTS["bridge"]]] == [
        "text",
        "mpnews",
        "mpnews",
        "text",
    ]


def test_the_next_run_settles_the_doubt_and_sends_the_rest(story: Story):
    assert [address.partition("/")[0] for address in story.did(1, "send_mass")] == [
        IN_DOUBT,
        "main-due-2",
        "main-due-4",
        NO_UPLOAD,
    ]
    assert story.having(1, status="in_doubt") == set()
    assert len(story.reports[1]["jobs"]) == len(DUE)


def test_a_doubt_that_was_settled_is_not_told_any_more(story: Story):
    assert story.refused(1, "account_in_doubt") == set()


def test_who_is_not_reached_is_refused(story: Story):
    assert story.refused(2, "audience_bounds") == names("crowd") | {"main-tagless"}


def test_the_exit_status_is_the_first_that_applies(story: Story):
    assert [run.status for run in story.runs] == [4, 1, 1, 1, 1]
    assert [run.document["exit_status"] for run in story.runs] == [4, 1, 1, 1, 1]


def test_uploads_stand_once(story: Story):
    uploads = Counter(
        (each["appid"], each["sha256"], each["endpoint"]) for each in story.reports[3]["uploads"]
    )
    assert set(uploads.values()) == {1}
    assert len(uploads) == 2 * len(ACCOUNTS) + 1


def test_a_third_run_only_asks_who_would_be_reached(story: Story):
    assert set(story.new_calls(2)) <= {"stable_token", "tags/get", "user/get"}
    assert [each["name"] for each in story.runs[2].document["campaigns"] if each["performed"]] == []


def test_a_run_deletes_the_drafts_of_folders_that_are_gone(story: Story):
    assert story.new_calls(3) == {"stable_token": 3, "draft/get": 4, "draft/delete": 4}


def test_a_run_with_nothing_to_do_makes_no_request(story: Story):
    assert story.new_calls(4) == {}


def test_a_good_client_gives_no_cause_for_complaint(story: Story):
    assert story.reports[4]["violations"] == []
