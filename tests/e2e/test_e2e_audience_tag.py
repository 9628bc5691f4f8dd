"""A tag that massctl fills for an audience: two processes fill it at once, and an erasure takes somebody out of it."""

import http.client
import json
import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from audience_samples import LETTER, PEOPLE
from postgres_server import Place, server
from processes import PATIENCE_SECONDS, Desk, Gate, Wechat, ended
from repositories import APPID, Tree

pyrage = pytest.importorskip("pyrage")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]

TAGGING: Final = "/cgi-bin/tags/members/batchtagging"
GONE: Final = PEOPLE[3]


def desk_at(folder: Path, wechat: Wechat, kind: str, name: str) -> Desk:
    """Freeze an audience of seven that a letter reaches by a tag; a reset of the sandbox keeps its tags."""
    desk = Desk.at(folder, wechat)
    state = {"file": "", "postgres": "state:\n  backend: postgres\n"}[kind]
    desk.tree.settings(policy="  in_doubt_wait: 0   # 只有本机可以这么快\n", state=state)
    source = folder.parent / "east.csv"
    source.write_text("openid\n" + "".join(f"{each}\n" for each in PEOPLE))
    desk.tree.write(
        f"audiences/{name}.yaml",
        f"version: 1\ntitle: 会员\naccount: main\nsource: {{file: {source}}}\ndeliver: {{by: tag}}\n",
    )
    desk.tree.write("campaigns/letter/campaign.yaml", LETTER.replace("east", name))
    desk.variables["MASSCTL_SNAPSHOT_KEY"] = str(pyrage.x25519.Identity.generate())
    if kind == "postgres":
        desk.variables["MASSCTL_LEDGER_DSN"] = Place(server()).dsn()
    for command in (("state", "init"), ("audience", "freeze", name)):
        said = desk.massctl(*command)
        assert 0 == said.status, said.err
    return desk


def tagged(wechat: Wechat, name: str) -> list[str]:
    """Ask WeChat who has the tag, as the console would."""
    grant = {"grant_type": "client_credential", "appid": APPID, "secret": wechat.secret}
    token = call(wechat, "/cgi-bin/stable_token", grant)["access_token"]
    tags = call(wechat, f"/cgi-bin/tags/get?access_token={token}")["tags"]
    (tag,) = [each["id"] for each in tags if each["name"] == f"massctl/{name}"]
    page = call(wechat, f"/cgi-bin/user/tag/get?access_token={token}", {"tagid": tag})
    return sorted(page["data"]["openid"])


def call(wechat: Wechat, path: str, body: object = None) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", wechat.port, timeout=PATIENCE_SECONDS)
    try:
        data = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", path, data)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


@pytest.mark.parametrize("kind", ["file", "postgres"])
def test_two_processes_fill_one_tag_and_send_once(kind: str, gate: Gate, tmp_path: Path) -> None:
    wechat = gate.target
    first = desk_at(tmp_path / "first", wechat, kind, f"by-{kind}")
    if kind == "postgres":
        other = Desk(Tree(tmp_path / "other"), dict(first.variables))
        shutil.copytree(first.tree.root, other.tree.root, dirs_exist_ok=True)
    else:
        other = Desk(first.tree, dict(first.variables))
    first.variables["MASSCTL_API_BASE"] = f"http://127.0.0.1:{gate.port}"
    gate.hold(path=TAGGING)
    run = first.start("apply", "letter", "--yes", "--format", "json")
    assert gate.was_reached(run), ended(run)
    meanwhile = other.apply("letter")
    assert meanwhile.status in (0, 5), meanwhile.err
    gate.release()
    done = ended(run)
    assert "Traceback" not in meanwhile.err + done.err
    wechat.later()
    last = other.apply("letter")
    assert 0 == last.status, last.out
    (job,) = wechat.jobs()
    assert 7 == job["total_count"]
    assert sorted(PEOPLE) == tagged(wechat, f"by-{kind}")


def test_who_is_erased_loses_the_tag_of_an_account_that_can_be_reached(
    wechat: Wechat, tmp_path: Path
) -> None:
    desk = desk_at(tmp_path / "desk", wechat, "file", "erased")
    sent = desk.apply("letter")
    assert 0 == sent.status, sent.out
    waits = desk.massctl("audience", "forget", GONE, "--yes")
    assert (5, True) == (waits.status, "its send has not ended" in waits.err)
    assert sorted(PEOPLE) == tagged(wechat, "erased")
    wechat.later(200)
    assert 0 == desk.massctl("status", "letter").status
    said = desk.massctl("audience", "forget", GONE, "--yes", "--format", "json")
    assert (0, [True]) == (said.status, [each["is_out"] for each in said.document["tags"]])
    assert sorted(set(PEOPLE) - {GONE}) == tagged(wechat, "erased")
    assert GONE not in said.out + said.err
    # Nobody gets the tag back.
    assert 0 == desk.massctl("audience", "forget", "--expired", "--yes").status
    assert sorted(set(PEOPLE) - {GONE}) == tagged(wechat, "erased")
