"""A ledger in PostgreSQL: many processes at once, some of which die, over a server that crashes meanwhile."""

import random
import time
from pathlib import Path
from typing import Final

import pytest
from building import LINEAGE, as_new
from operating import NIGHTLY
from postgres_server import Place, server
from processes import PATIENCE_SECONDS, Desk, Gate, Wechat, ended, killed
from repositories import Tree
from test_e2e_listen import ACCOUNT, SECRETS, accepted, finish, listening

from massctl.ledger.postgres_ledger import PostgresLedger
from massctl.model.entries import Created, JobStatus

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

RUNNERS: Final = 8 if NIGHTLY else 3
STATE: Final = "state:\n  backend: postgres\n{lineage}"


def desk_at(folder: Path, wechat: Wechat, place: Place, lineage: str = "") -> Desk:
    """Sit down before a machine of its own; its campaigns are sent by name."""
    desk = Desk.at(folder, wechat)
    policy = "  in_doubt_wait: 0   # 只有本机可以这么快\n"
    desk.tree.settings(policy=policy, state=STATE.format(lineage=lineage))
    desk.tree.text("notice")
    desk.tree.text("supper", content="晚饭照旧。")
    return Desk(desk.tree, {**desk.variables, "MASSCTL_LEDGER_DSN": place.dsn()})


def begun(folder: Path, wechat: Wechat, place: Place) -> tuple[Desk, str]:
    """Begin the ledger; gives its line of massctl.yaml."""
    first = desk_at(folder / "0", wechat, place)
    said = first.massctl("state", "init")
    assert 0 == said.status, said.err
    (line,) = [each for each in first.tree.read("massctl.yaml").splitlines() if "lineage" in each]
    return first, f"{line}\n"


@pytest.mark.parametrize("seed", range(10 if NIGHTLY else 1))
def test_many_that_die_over_a_server_that_crashes_send_once(
    seed: int, wechat: Wechat, tmp_path: Path
) -> None:
    wechat.reset()
    chance, place = random.Random(seed), Place(server())
    first, lineage = begun(tmp_path, wechat, place)
    more = (desk_at(tmp_path / str(n), wechat, place, lineage) for n in range(1, RUNNERS))
    desks = [first, *more]
    runs = [desk.start("apply", "notice", "supper", "--yes", "--format", "json") for desk in desks]
    time.sleep(chance.uniform(0.5, 2.0))
    killed(runs.pop())
    place.server.stop()
    place.server.start()
    done = [ended(run) for run in runs]
    assert {each.status for each in done} <= {0, 1, 4, 5}, done
    assert not any("Traceback" in each.err for each in done)
    for _ in range(2):
        wechat.later()
        last = first.apply("notice", "supper")
    assert 0 == last.status, last.out
    jobs = wechat.jobs()
    assert 2 == len(jobs) == len({job["clientmsgid"] for job in jobs}), jobs
    assert 0 == first.massctl("state", "verify", "--deep").status


def test_an_attempt_is_in_the_database_before_its_request(gate: Gate, tmp_path: Path) -> None:
    place = Place(server())
    first, _ = begun(tmp_path, gate.target, place)
    address = f"http://127.0.0.1:{gate.port}"
    desk = Desk(first.tree, {**first.variables, "MASSCTL_API_BASE": address})
    gate.hold(path="/cgi-bin/message/mass/sendall")
    run = desk.start("apply", "notice", "--yes")
    assert gate.was_reached(run)
    with place.server.owner(place.schema) as owner:
        query = "SELECT line FROM massctl_ledger ORDER BY serial DESC LIMIT 1"
        ((line,),) = owner.execute(query).fetchall()
    killed(run)
    gate.release(dropped=True)
    assert b'"type":"send_attempted"' in line


def test_a_database_that_goes_away_stops_all_before_a_request(
    wechat: Wechat, tmp_path: Path
) -> None:
    place = Place(server())
    first, _ = begun(tmp_path, wechat, place)
    place.server.stop()
    try:
        begin = time.monotonic()
        done = first.apply("notice")
        assert time.monotonic() - begin < PATIENCE_SECONDS
    finally:
        place.server.start()
    assert (5, []) == (done.status, wechat.jobs()), done
    assert [0, 1] == [first.apply("notice").status, len(wechat.jobs())]


def test_a_listener_that_may_only_write_ends_of_jobs_records_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(server())
    tree = Tree(tmp_path)
    tree.settings(account=ACCOUNT, state=STATE.format(lineage=f"  lineage: {LINEAGE}\n"))
    (tmp_path / "campaigns").mkdir()
    ledger = PostgresLedger(place.store(), tmp_path / "locks")
    ledger.read(0)
    created = as_new(Created(lineage=LINEAGE, realm="loopback"))
    ledger.append(0, [created, *accepted(1, 1), *accepted(2, 3)], durable=True)
    monkeypatch.setitem(SECRETS, "MASSCTL_LEDGER_DSN", place.dsn("ear"))
    with listening(tree) as listener:
        for number in (1, 2, 1):
            assert listener.post(finish(number))
        listener.settled()
    ends = [entry.event for entry in ledger.read(5)]
    assert [1, 2] == sorted(end.msg_id for end in ends if isinstance(end, JobStatus))
