"""A permit is made by a last look, belongs to one send, and is used once; and nothing is written without it."""

from datetime import timedelta

import httpx
import pytest
from building import NOW, OPEN, intent, text
from simulation.scenario import Scene
from simulation.world import Fault, SimClock, SimWeChat

from massctl.apply.preflight import _ISSUER, Permit
from massctl.errors import InvariantError
from massctl.wechat.client import WeChatClient

SEND = intent()


def permit(clock: SimClock | None = None) -> Permit:
    return Permit(_ISSUER, SEND, 2, NOW, NOW + timedelta(seconds=2), clock or SimClock(NOW))


def test_nobody_but_the_last_look_makes_a_permit() -> None:
    with pytest.raises(InvariantError, match="without a last look"):
        Permit(object(), SEND, 2, NOW, NOW, SimClock(NOW))


def test_a_permit_that_is_spent_or_of_another_send_stops_the_request_before_it_is_written() -> None:
    written: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        written.append(request.url.path)
        return httpx.Response(200, json={"access_token": "T", "expires_in": 7200, "errcode": 0, "msg_id": 7})

    client = WeChatClient.open("wx1", "secret", "https://api.weixin.qq.com", inside=httpx.MockTransport(serve))
    client.require_token()
    written.clear()
    spent = permit()
    spent.spend(SEND)
    for issued, why in ((spent, "used twice"), (permit(), "another send")):
        with pytest.raises(InvariantError, match=why):
            client.send_mass(SEND if issued is spent else intent(), issued)
    assert [] == written
    client.send_mass(SEND, permit())
    assert ["/cgi-bin/message/mass/sendall"] == written


def test_a_permit_passes_with_its_clock() -> None:
    clock = SimClock(NOW)
    given = permit(clock)
    clock.moment += timedelta(seconds=2)
    assert not given.has_passed()
    clock.moment += timedelta(microseconds=1)
    assert given.has_passed()


def test_each_attempt_of_a_run_has_a_permit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Permit] = []
    send = SimWeChat.send_mass

    def noting(wechat: SimWeChat, asked: object, issued: Permit) -> object:
        given.append(issued)
        return send(wechat, asked, issued)  # type: ignore[arg-type]

    monkeypatch.setattr(SimWeChat, "send_mass", noting)
    scene = Scene([text(window=OPEN)])
    assert 0 == scene.apply(("send_mass", Fault.ANSWER_LOST)).exit_status()
    attempts = [entry.serial for entry in scene.ledger.entries if entry.event.type == "send_attempted"]
    assert attempts == [each.attempt for each in given]
    assert [True, True] == [each.deadline - each.issued_at == timedelta(seconds=2) for each in given]
