"""Between a review and the send one thing changes: nothing leaves, it is named, and put back it goes out once.

Reviewed is by a lock that the policy requires, or by a saved plan; each change meets both.
"""

import pytest
from changes import ALL, PICTURES_CHANGED, SAME, Row
from issue import MODES, NAME, WAYS, Issue, assert_goes_out_once, assert_nothing_left

GUARDS = {"policy": "lock_stale", "plan": "plan_stale"}


def rows(keep: bool) -> list[object]:
    """Give every change in every mode that lets it out, or does not."""
    return [
        pytest.param(mode, row, id=f"{mode}: {row.name}")
        for row in ALL
        for mode in WAYS
        if (row.word(mode) == SAME) is keep
    ]


@pytest.mark.parametrize("mode", MODES)
def test_unchanged_it_goes_out_once(issue: Issue):
    assert_goes_out_once(issue)


@pytest.mark.parametrize(("mode", "row"), rows(keep=False))
def test_nothing_leaves_and_the_change_is_named(issue: Issue, mode: str, row: Row):
    row.change(issue)
    said = issue.apply()
    if row.faulty and mode != "plan":
        # It is invalid now, whatever was locked, and says so like every other fault.
        assert (said.status, issue.requests()) == (1, 0), said
        assert row.word(mode) in issue.shell("validate", NAME).out
    else:
        assert_nothing_left(issue, said, GUARDS[mode], row.word(mode), 1 if row.faulty else 5)
    if row in PICTURES_CHANGED:  # What was made of a picture may be in a cache.
        issue.put_back()
        assert_goes_out_once(issue)


@pytest.mark.parametrize(("mode", "row"), rows(keep=True))
def test_what_was_reviewed_goes_out_though_something_beside_it_changed(
    issue: Issue, mode: str, row: Row
):
    digest = issue.shell("plan", "letter", "--format", "json", "--sandbox").document["campaigns"][
        0
    ]["digest"]
    row.change(issue)
    said = issue.apply()
    assert (said.status, said.document["campaigns"][0]["digest"]) == (0, digest), said
    assert issue.left()["jobs"] == 1
