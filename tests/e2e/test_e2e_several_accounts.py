"""Several accounts send side by side in a process of its own, which is stopped, and then runs again."""

import json
import signal
import time
from pathlib import Path
from typing import Final

import pytest
from processes import Desk, Wechat, ended
from repositories import APPID, SECRET_VARIABLE, window

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

APPIDS: Final = [APPID, *(f"wx{number:016x}" for number in range(1, 8))]
SENDALL: Final = "/cgi-bin/message/mass/sendall"
ALWAYS: Final = window("2020-01-01T00:00:00+08:00", "2099-01-01T00:00:00+08:00")


@pytest.fixture
def group(wechat: Wechat, tmp_path: Path) -> Desk:
    """A repository of eight accounts with one due text each; each send is answered after half a second."""
    desk = Desk.at(tmp_path / "repository", wechat)
    settings = desk.tree.read("massctl.yaml")
    more = ""
    for number, appid in enumerate(APPIDS):
        if number:
            wechat.control("accounts", {"appid": appid})
            more += (
                f"  a{number}: {{appid: {appid}, secret_env: {SECRET_VARIABLE}, kind: service}}\n"
            )
        desk.tree.text(f"text-{number}", content=f"第 {number} 个账号", more=ALWAYS)
        path = f"campaigns/text-{number}/campaign.yaml"
        account = f"a{number}" if number else "main"
        desk.tree.write(path, desk.tree.read(path).replace("account: main", f"account: {account}"))
    desk.tree.write("massctl.yaml", settings.replace("accounts:\n", f"accounts:\n{more}", 1))
    late = {"path": SENDALL, "do": "late", "seconds": 0.5, "nth": 1, "times": 99}
    wechat.faults(late)
    return desk


def each_once(wechat: Wechat) -> list[str]:
    """Give the accounts that sent, which must have sent once."""
    appids = [job["appid"] for job in wechat.jobs()]
    assert len(appids) == len(set(appids)), appids
    return sorted(appids)


@pytest.mark.parametrize(
    ("how", "after"),
    [
        (signal.SIGINT, 0.1),
        (signal.SIGKILL, 0.4),
        pytest.param(signal.SIGINT, 0.4, marks=pytest.mark.night),
        pytest.param(signal.SIGTERM, 0.1, marks=pytest.mark.night),
        pytest.param(signal.SIGTERM, 0.4, marks=pytest.mark.night),
        pytest.param(signal.SIGKILL, 0.1, marks=pytest.mark.night),
    ],
    ids=lambda each: each.name if isinstance(each, signal.Signals) else None,
)
def test_whatever_stops_them_each_account_has_sent_once_in_the_end(
    group: Desk, wechat: Wechat, how: signal.Signals, after: float
) -> None:
    run = group.start("apply", "--yes", "--format", "json")
    until = time.monotonic() + 60
    while SENDALL not in wechat.report()["calls"] and run.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(after)
    run.send_signal(how)
    said = ended(run)
    if how is not signal.SIGKILL:
        assert said.status in {0, 130, 143}, said.err
        told = json.loads(said.out)
        # What was under way was answered, and is on record: nothing is in doubt.
        assert [] == [each["name"] for each in told["campaigns"] if each["status"] == "in_doubt"]
    each_once(wechat)
    wechat.later()
    wechat.control("faults", {"clear": True})
    assert 0 == group.apply().status
    assert sorted(APPIDS) == each_once(wechat)
