"""Who is told of which changes."""

import threading

from massctl.serve.bell import EVERYTHING, Bell

AT_ONCE = 0.0


def test_a_ring_tells_its_names_to_whoever_did_not_hear_it():
    bell = Bell()
    bell.ring(frozenset({"a"}))
    bell.ring(frozenset({"b"}))
    assert (2, {"a", "b"}) == bell.wait(0, AT_ONCE)
    assert (2, {"b"}) == bell.wait(1, AT_ONCE)


def test_silence_tells_nothing():
    bell = Bell()
    bell.ring(frozenset())
    assert (0, frozenset()) == bell.wait(0, AT_ONCE)


def test_whoever_missed_too_much_is_told_that_everything_changed():
    bell = Bell()
    for number in range(70):
        bell.ring(frozenset({f"campaign-{number}"}))
    assert (70, EVERYTHING) == bell.wait(3, AT_ONCE)
    assert (70, {"campaign-69"}) == bell.wait(69, AT_ONCE)


def test_a_waiting_page_is_woken():
    bell, heard = Bell(), []
    waiting = threading.Thread(target=lambda: heard.append(bell.wait(0, 30)))
    waiting.start()
    bell.ring(frozenset({"a"}))
    waiting.join(30)
    assert [(1, {"a"})] == heard
