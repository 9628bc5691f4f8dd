"""Which entries may be written behind others' entries, and which may not: every kind there is."""

from typing import get_args

import pytest

from massctl.model.entries import Created, Event, Previewed, SendAttempted, Withdrawn, is_observed

KINDS = get_args(get_args(Event)[0])
OBSERVED = {
    *("image_uploaded", "material_added", "video_made", "send_accepted", "send_rejected", "send_in_doubt"),
    *("job_status", "expired"),
}
EITHER = {"previewed", "withdrawn"}


def test_what_wechat_or_the_clock_told_is_observed_and_all_else_is_decided():
    kinds = [each for each in KINDS if each.model_fields["type"].default not in EITHER]
    assert OBSERVED == {each.model_fields["type"].default for each in kinds if is_observed(each.model_construct())}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Previewed.model_construct(outcome="begun"), False),
        (Previewed.model_construct(outcome="unknown"), True),
        (Withdrawn.model_construct(outcome="begun"), False),
        (Withdrawn.model_construct(outcome="refused"), True),
        (Withdrawn.model_construct(outcome=None), True),
        (SendAttempted.model_construct(), False),
        (Created.model_construct(), False),
    ],
)
def test_some_kinds_begin_and_end_by_one_type(event, expected: bool):
    assert expected == is_observed(event)
