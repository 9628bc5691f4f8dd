"""campaign.lock.json after the review: each key, edited by hand."""

import hashlib
import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from changes import GREEN, Change, remove, write
from issue import HOME, LOCK, Issue, assert_goes_out, assert_nothing_left, refusals

Document = dict[str, Any]
Edit = Callable[[Document], object]
OTHER = "sha256:" + "0" * 64


def put(*keys: str | int, to: object) -> Edit:
    """Write a value at a place of a document."""

    def change(document: Document) -> None:
        place: Any = document
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to

    return change


ARTICLE = ("message", "articles", 0)
BY_HAND: dict[str, Edit] = {
    "campaign": put("campaign", to="letter-2"),
    "edition": put("edition", to=2),
    "digest": put("digest", to=OTHER),
    "appid": put("account", "appid", to="wx0123456789abcdee"),
    "tag": put("audience", "tag_id", to=102),
    "everybody": put("audience", to={"is_to_all": True}),
    "expect": put("audience", "expect", "max", to=501),
    "not_before": put("send", "not_before", to="2026-12-01T10:00:00+08:00"),
    "not_after": put("send", "not_after", to="2026-12-01T14:00:00+08:00"),
    "no window": lambda lock: lock["send"].update(not_before=None, not_after=None),
    "send_ignore_reprint": put("send", "send_ignore_reprint", to=True),
    "title": put(*ARTICLE, "title", to="第一封信，1 元"),
    "plain title": put("message", "articles", 1, "title", to="路线图"),
    "author": put(*ARTICLE, "author", to="市场部"),
    "article's digest": put(*ARTICLE, "digest", to="便宜"),
    "content_source_url": put(*ARTICLE, "content_source_url", to="https://example.com/other"),
    "need_open_comment": put(*ARTICLE, "need_open_comment", to=False),
    "only_fans_can_comment": put(*ARTICLE, "only_fans_can_comment", to=True),
    "cover": put(*ARTICLE, "cover", to=OTHER),
    "content_sha256": put(*ARTICLE, "content_sha256", to=OTHER),
    "content_chars": put(*ARTICLE, "content_chars", to=1),
    "order of the articles": lambda lock: lock["message"]["articles"].reverse(),
    "an article less": lambda lock: lock["message"]["articles"].pop(),
    "a picture's digest": put("pictures", 0, "sha256", to=OTHER),
    "a picture's size": put("pictures", 0, "bytes", to=1),
    "a picture's endpoint": put("pictures", 0, "as", to="image"),
    "a picture's file": put("pictures", 0, "path", to="images/band.png"),
    "a picture less": lambda lock: lock["pictures"].pop(),
    "a link": put("links", to={"autumn/1": "https://mp.weixin.qq.com/s/x"}),
}
"""What an edit says; `digest` stays as it was."""
DAMAGED: dict[str, Edit] = {
    "format_version": put("format_version", to=3),
    "an unknown key": put("approved_by", to="老板"),
    "a key less": lambda lock: lock.pop("send"),
    "a text for a number": put("edition", to="1"),
}


def recomputed(document: Document) -> None:
    """Compute the digest anew, as the public contract describes it."""
    plain = json.loads(json.dumps(document))
    del plain["digest"], plain["renderer"], plain["account"]["name"]
    for picture in plain["pictures"]:
        del picture["path"], picture["source_sha256"]
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    document["digest"] = "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def refused(issue: Issue, word: str) -> None:
    """Nothing leaves, and put back it goes out once."""
    assert_nothing_left(issue, issue.apply(), "lock_stale", word)
    issue.put_back()
    assert_goes_out(issue)


def each_refused(issue: Issue, changes: dict[str, Edit], word: str = "") -> None:
    """Make every change of the lock, each put back before the next; in the end it goes out once."""
    gone_out = []
    for name, change in changes.items():
        issue.edit_json(LOCK, change)
        said = issue.apply()
        if said.status != 5 or word not in refusals(said)["lock_stale"]:
            gone_out.append((name, said))
        issue.put_back()
    assert gone_out == []
    assert issue.requests() == 0
    assert_goes_out(issue)


both_locks = pytest.mark.parametrize("mode", ["policy", "flag"])


@pytest.mark.night
def test_each_key_of_the_lock_edited_by_hand(issue: Issue):
    each_refused(issue, BY_HAND)


@both_locks
def test_a_lock_that_massctl_did_not_write(issue: Issue):
    each_refused(issue, DAMAGED, "campaign.lock.json is not what massctl wrote")


def with_its_digest(change: Edit) -> Edit:
    return lambda lock: (change(lock), recomputed(lock))


@pytest.mark.parametrize("mode", ["policy"])
@pytest.mark.night
def test_a_lock_edited_with_its_digest_computed_anew_is_not_what_the_files_render(issue: Issue):
    outside_the_digest = {"digest", "a picture's file"}
    edits = {
        name: with_its_digest(change)
        for name, change in BY_HAND.items()
        if name not in outside_the_digest
    }
    each_refused(issue, edits)


LOCKS: dict[str, tuple[Change, str]] = {
    "an empty lock": (write(LOCK, ""), "campaign.lock.json is not what massctl wrote"),
    "a lock of bytes": (write(LOCK, GREEN), "campaign.lock.json"),
    "a lock with a BOM": (write(LOCK, b"\xef\xbb\xbf{}"), "campaign.lock.json"),
}


@pytest.mark.parametrize(("change", "word"), LOCKS.values(), ids=LOCKS)
def test_a_lock_of_other_bytes(issue: Issue, change: Change, word: str):
    change(issue)
    refused(issue, word)


@both_locks
def test_a_lock_that_is_gone(issue: Issue):
    remove(LOCK)(issue)
    assert_nothing_left(issue, issue.apply(), "lock_missing", "not locked")
    issue.put_back()
    assert_goes_out(issue)


def copied(path: str, to: str) -> Change:
    return lambda issue: issue.shell.tree.write(
        f"{HOME}/{to}", (issue.shell.root / path).read_bytes()
    )


def linked(path: str) -> Change:
    """Put a link to the same bytes in the place of a file or folder."""

    def change(issue: Issue) -> None:
        place = issue.shell.root / path
        moved = place.rename(place.parent.parent / f"_moved-{place.name}")
        place.symlink_to(f"../{moved.name}")

    return change


STRANGERS: dict[str, tuple[Change, str]] = {
    "a second lock": (
        copied(LOCK, "campaign.lock (1).json"),
        "campaign.lock (1).json is left over",
    ),
    "a lock before a merge": (
        copied(LOCK, "campaign.lock.json.orig"),
        "campaign.lock.json.orig is left over",
    ),
    "a lock in capitals": (copied(LOCK, "Campaign.Lock.json"), "Campaign.Lock.json is left over"),
    "a lock that is a link": (linked(LOCK), "campaign.lock.json is a link"),
}


@pytest.mark.parametrize(("change", "word"), STRANGERS.values(), ids=STRANGERS)
def test_what_massctl_does_not_write_under_its_names(issue: Issue, change: Change, word: str):
    copy = issue.shell.root.parent / "as-reviewed"
    shutil.copytree(issue.shell.root, copy, symlinks=True)
    change(issue)
    check = issue.shell("lock", "--check", columns=200)
    assert (check.status, word in check.out) == (5, True), check
    assert_nothing_left(issue, issue.apply(), "lock_stale", word)
    shutil.rmtree(issue.shell.root / HOME)
    shutil.copytree(copy / HOME, issue.shell.root / HOME)
    assert_goes_out(issue)


LEAD_OUT = ("a second lock", "a lock in capitals", "a lock that is a link")


@pytest.mark.parametrize("name", LEAD_OUT)
def test_locking_anew_leads_out_of_what_massctl_does_not_write(issue: Issue, name: str):
    STRANGERS[name][0](issue)
    issue.done("lock")
    issue.done("lock", "--check")
    assert_goes_out(issue)


@pytest.mark.parametrize("left", [".DS_Store", "campaign.lock.json~", ".campaign.lock.json.swp"])
def test_what_editors_leave_behind_is_nobody_s(issue: Issue, left: str):
    write(f"{HOME}/{left}", "x")(issue)
    issue.done("lock", "--check")
    issue.done("lock")
    assert (issue.shell.root / HOME / left).exists()
    assert_goes_out(issue)


def test_a_key_that_is_written_twice(issue: Issue):
    issue.edit(
        LOCK, '"format_version": 2', '"digest": "sha256:as-it-was-read-aloud", "format_version": 2'
    )
    refused(issue, "is not what massctl wrote")


OUTSIDE_THE_DIGEST: dict[str, tuple[Edit, str]] = {
    "the account's name": (put("account", "name", to="other"), "the account's name"),
    "a picture's source": (
        put("pictures", 0, "source_sha256", to=OTHER),
        "the file of the picture images/",
    ),
    "a picture's file": (
        put("pictures", 0, "path", to="images/copy.png"),
        "the file of the picture images/copy.png",
    ),
}


@pytest.mark.parametrize(("change", "word"), OUTSIDE_THE_DIGEST.values(), ids=OUTSIDE_THE_DIGEST)
def test_a_key_of_the_lock_that_its_digest_does_not_hold(issue: Issue, change: Edit, word: str):
    issue.edit_json(LOCK, change)
    refused(issue, word)
