"""The hundred calls of a day, of which a list of openids takes one for each batch, all on one day."""

from allowance_samples import on, planned_all, refused, rules, sends, to_list, words
from building import DAY, HOUR, NOW, at, attempted, audience, plan_of, recorded

from massctl.model.entries import SendAccepted, SendRejected
from massctl.plan.plan_file import plan_document


def test_two_lists_of_one_day_that_take_more_than_its_calls_are_a_conflict() -> None:
    found = refused(planned_all([to_list("first", on(3, hours=1), 60), to_list("second", on(3), 41)]))
    assert ["second"] == list(found)
    assert "takes 41 of the account's 100 mass calls a day" in found["second"]
    assert "2026-12-04: first" in found["second"]
    assert {} == refused(planned_all([to_list("first", on(3, hours=1), 60), to_list("second", on(3), 40)]))


def test_a_list_stands_whole_on_one_day_of_its_window() -> None:
    """Sixty beside sixty need a day each; a third one of sixty finds none, and one of forty does."""
    lists = [to_list("a", on(1, 2, hours=1), 60), to_list("b", on(1, 2), 60)]
    assert {} == refused(planned_all(lists))
    assert ["c"] == list(refused(planned_all([*lists, to_list("c", on(1, 2, hours=11), 60)])))
    assert {} == refused(planned_all([*lists, to_list("c", on(1, 2, hours=11), 40)]))


def test_what_is_left_of_a_day_is_told_by_the_day_that_a_list_stands_on() -> None:
    lists = [to_list("a", on(1, 2, hours=1), 60), to_list("b", on(1, 2), 60)]
    for kind in ("service", "subscription"):
        (account,) = plan_document(plan_of(lists, None, rules(lists, kind)))["allowance"]
        rows = [row for row in account["ahead"] if row["of"] == "calls"]
        assert [("2026-12-02", ["a"], 40), ("2026-12-03", ["b"], 40)] == [
            (row["from"], row["campaigns"], row["left"]) for row in rows
        ]


def test_a_list_shares_its_day_with_others() -> None:
    tag = words("tag", on(3, hours=1), audience=audience(tag_id=1))
    found = refused(planned_all([tag, to_list("list", on(3), 100)], kind="service"))
    assert (["list"], True) == (list(found), "2026-12-04: tag" in found["list"])
    assert {} == refused(planned_all([tag, to_list("list", on(3), 99)], kind="service"))


def test_whoever_ends_first_takes_the_first_day_that_has_room() -> None:
    early = [words(f"tag-{n}", on(2, 3, hours=n), audience=audience(tag_id=n)) for n in (1, 2)]
    first = to_list("first", on(2, hours=0), 99)
    whole = to_list("whole", on(3, hours=11), 99)
    # One of the two stands on the day of `first`, and one on the day of `whole`.
    assert {} == refused(planned_all([first, *early, whole], kind="service"))
    third = words("tag-3", on(3, hours=3), audience=audience(tag_id=3))
    assert ["whole"] == list(refused(planned_all([first, *early, third, whole], kind="service")))


def test_what_a_plan_says_days_ahead_is_what_it_says_on_the_day() -> None:
    """`a` could leave its day to `d`; but it ends first and goes out on it, and `d` is told so from the beginning."""
    lists = [to_list("a", on(3, 4, hours=-2), 30), to_list("c", on(4, hours=0), 50), to_list("d", on(3, 4), 100)]
    ahead, then = planned_all(lists), planned_all(lists, now=NOW + 3 * DAY)
    assert ["d"] == list(refused(ahead)) == list(refused(then))
    assert ["a"] == sends(then)
    told = "2026-12-04: a (reserved, until 12-05 10:00); 2026-12-05: c (reserved, until 12-05 12:00)"
    assert told in refused(ahead)["d"]
    (hint,) = [refusal.hint for refusal in ahead["d"].refusals]
    assert "give it, or one of those to come (a, c), another window" in hint
    assert "the first day with a place for it is 2026-12-06; or give these followers a tag" in hint


def test_a_list_of_today_waits_for_the_day_on_which_all_of_it_fits() -> None:
    """Its rest is not sent tomorrow: it is begun on a day that has room for it. Whoever is due stays where it is."""
    tag = words("tag", on(0, 1, hours=-1), audience=audience(tag_id=1))
    found = planned_all([tag, to_list("list", on(0, 1), 100)], kind="service")
    assert (["tag"], ["list"]) == (sends(found), list(refused(found)))
    assert "which today does not have: 2026-12-01: tag" in refused(found)["list"]
    assert NOW + 12 * HOUR == found["list"].next_at


def test_a_list_of_more_jobs_than_a_day_has_calls_is_refused_from_the_beginning() -> None:
    found = refused(planned_all([to_list("list", on(3, 9), 101)]))
    assert "its list takes 101 jobs, and an account has 100 mass calls a day" in found["list"]


def test_calls_that_went_out_are_in_the_way_too() -> None:
    old = words("old", None)
    used = [
        at(NOW - HOUR, event, old)
        for n in range(50)
        for event in (attempted(old)[0], SendRejected(attempt=2 + 2 * n, errcode=45009, retryable=True))
    ]
    found = refused(planned_all([to_list("list", on(0, opens=2), 51)], recorded(*used)))
    assert "2026-12-01: what went out already" in found["list"]
    assert {} == refused(planned_all([to_list("list", on(0, opens=2), 50)], recorded(*used)))


def test_a_list_that_is_due_is_refused_once_and_not_twice() -> None:
    lists = [to_list("first", on(0, hours=1), 60), to_list("second", on(0), 101)]
    made = plan_of(lists, None, rules(lists))
    assert [[], ["allowance"]] == [[r.guard.value for r in each.refusals] for each in made.campaigns]


def test_a_list_that_was_begun_goes_on_before_all_others_and_takes_only_what_is_left() -> None:
    begun = to_list("z-begun", on(0), 60)
    went = [
        at(NOW - HOUR, event, begun)
        for n in range(1, 31)
        for event in (attempted(begun, batch=n, batches=60)[0], SendAccepted(attempt=2 * n, msg_id=n))
    ]
    for batches, expected in ((40, []), (41, ["other"])):
        other = to_list("other", on(0, hours=1), batches)
        found = planned_all([other, begun], recorded(*went), "service")
        assert (expected, True) == (list(refused(found)), "z-begun" in sends(found))
        assert not found["z-begun"].diagnostics
