"""Who is told of which changes."""

import threading

from massctl.serve.page_cache import EVERYTHING, Broadcaster

AT_ONCE = 0.0


def test_a_ring_tells_its_names_to_whoever_did_not_hear_it():
    broadcaster = Broadcaster()
    broadcaster.publish(frozenset({"a"}))
    broadcaster.publish(frozenset({"b"}))
    assert (2, {"a", "b"}) == broadcaster.wait(0, AT_ONCE)
    assert (2, {"b"}) == broadcaster.wait(1, AT_ONCE)


def test_silence_tells_nothing():
    broadcaster = Broadcaster()
    broadcaster.publish(frozenset())
    assert (0, frozenset()) == broadcaster.wait(0, AT_ONCE)


def test_whoever_missed_too_much_is_told_that_everything_changed():
    broadcaster = Broadcaster()
    for number in range(70):
        broadcaster.publish(frozenset({f"campaign-{number}"}))
    assert (70, EVERYTHING) == broadcaster.wait(3, AT_ONCE)
    assert (70, {"campaign-69"}) == broadcaster.wait(69, AT_ONCE)


def test_a_waiting_page_is_woken():
    broadcaster, heard = Broadcaster(), []
    waiting = threading.Thread(target=lambda: heard.append(broadcaster.wait(0, 30)))
    waiting.start()
    broadcaster.publish(frozenset({"a"}))
    waiting.join(30)
    assert [(1, {"a"})] == heard
