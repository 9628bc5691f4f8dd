"""`massctl doctor`: what keeps a send back, and what to click or type; nothing is recorded, nothing secret is shown."""

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from jsonschema import Draft202012Validator
from repositories import APPID, window

import massctl
from massctl.forge.protection import CHECKS
from massctl.model.diagnostics import Check, Level
from massctl.transport import Call, Line, NoAnswer, RawAnswer

SCHEMA = json.loads(
    (Path(massctl.__file__).parent.parent / "schemas" / "doctor.schema.json").read_text("utf-8")
)
SECRET = "0123456789abcdef" * 2
WHERE = (
    "微信开发者平台 (developers.weixin.qq.com/platform)"
    " / 我的业务 / the account / 基础信息 / 开发密钥 / API IP白名单"
)
DUE = window("2026-12-01T12:00:00+08:00", "2026-12-01T14:00:00+08:00")


def levels(shell: Shell, *arguments: str) -> dict[str, str]:
    """Give check -> the gravest level of its findings; the document is what its schema says."""
    document = shell("doctor", *arguments, "--format", "json").document
    Draft202012Validator(SCHEMA).validate(document)
    order = [level.value for level in Level]
    found: dict[str, str] = {}
    for each in document["findings"]:
        found[each["check"]] = max(found.get(each["check"], "ok"), each["level"], key=order.index)
    return found


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A machine whose requests are answered by nobody; gives what was asked."""
    asked: list[Any] = []

    def unanswered(_: Line, call: Call) -> NoAnswer:
        asked.append(urlsplit(call.url).path)
        return NoAnswer("host_not_found")

    monkeypatch.setattr(Line, "exchange", unanswered)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return asked


def test_a_new_repository_is_well_in_the_sandbox(shell: Shell):
    shell.tree.news()
    found = levels(shell, "--sandbox")

    assert {"protection": "unknown"} == {
        check: level for check, level in found.items() if level != "ok"
    }
    elsewhere = {"place", "lease", "audiences", "comments", "notify", "callback"}
    assert {each.value for each in {*Check} - {*CHECKS}} - elsewhere == set(found)
    assert 0 == shell("doctor", "--sandbox").status


def test_nothing_is_recorded_and_nothing_changes(shell: Shell):
    shell.tree.news(more=DUE)
    shell("doctor", "--sandbox")

    report = shell.report()
    assert not (shell.root / ".massctl" / "sandbox" / "massctl.state.jsonl").exists()
    assert [[], [], [], []] == [
        report[kind] for kind in ("violations", "jobs", "drafts", "previews")
    ]


def test_an_address_that_is_not_on_the_whitelist_is_named_with_what_to_click(shell: Shell):
    shell("doctor", "--sandbox")
    shell.control("accounts", {"appid": APPID, "whitelist": ["192.0.2.1"]})
    said = shell("doctor", "--sandbox", "--format", "json")
    (found,) = [each for each in said.document["findings"] if each["check"] == "token"]

    assert (1, "problem", 40164) == (said.status, found["level"], found["errcode"])
    assert "address 127.0.0.1 is not in the IP whitelist" in found["message"]
    assert f"Add 127.0.0.1 to the whitelist: {WHERE}" in found["hint"]


def test_a_token_does_not_prove_that_the_address_may_call(shell: Shell, offline: list[Any]):
    """WeChat's page asks for a listed address with an access token too."""

    def unlisted(_: Line, call: Call) -> RawAnswer:
        if call.url.endswith("stable_token"):
            return RawAnswer(200, b'{"access_token": "t", "expires_in": 7200}')
        return RawAnswer(
            200, b'{"errcode": 40164, "errmsg": "invalid ip 203.0.113.9, not in whitelist"}'
        )

    shell.monkeypatch.setattr(Line, "exchange", unlisted)
    shell.env(WECHAT_MAIN_SECRET=SECRET)
    said = shell("doctor")

    assert 1 == said.status
    assert "✗ this machine's address 203.0.113.9 is not in the IP whitelist" in said.out
    assert 1 == said.out.count(f"Add 203.0.113.9 to the whitelist: {WHERE}")


def test_an_account_of_another_kind_is_noticed(shell: Shell):
    settings = shell.root / "massctl.yaml"
    shell("doctor", "--sandbox")
    settings.write_text(
        settings.read_text("utf-8").replace("kind: service", "kind: subscription"), "utf-8"
    )
    # WeChat does not read massctl.yaml.
    shell.monkeypatch.setattr(
        "massctl.sandbox.accounts.declare_account",
        lambda db, appid, **given: db.get("accounts", appid)["secret"],
    )

    assert ("warning", "ok") == (
        levels(shell, "--sandbox")["kind"],
        levels(shell, "--sandbox")["mass_send_openids"],
    )


@pytest.mark.parametrize(
    ("secret", "level"),
    [
        ("", "problem"),
        (SECRET + "\n", "problem"),
        (" ", "problem"),
        (SECRET, "ok"),
        ("x", "warning"),
    ],
)
def test_a_secret_that_cannot_work_is_not_tried(
    shell: Shell, offline: list[Any], secret: str, level: str
):
    shell.env(WECHAT_MAIN_SECRET=secret)
    found = levels(shell)

    assert (level, level == "problem") == (found["credential"], offline == [])
    assert {"unknown"} == {found[check] for check in ("drafts", "tags", "mass_send", "clock")}
    assert {"/cgi-bin/stable_token"} >= set(offline)


def test_without_network_it_says_what_it_could_not_check(shell: Shell, offline: list[Any]):
    shell.env(WECHAT_MAIN_SECRET=SECRET)
    said = shell("doctor")

    assert 1 == said.status
    assert "✗ WeChat gave no usable answer" in said.out
    assert "? not checked: there is no token" in said.out
    assert SECRET not in said.out + said.err


def test_it_speaks_chinese(shell: Shell, offline: list[Any]):
    shell.tree.settings(language="zh", account="    proxy_env: WECHAT_PROXY\n")
    said = shell("doctor")

    assert "检查结果：问题 2、未检查" in said.out
    assert "not checked" not in said.out


@pytest.mark.parametrize(
    ("address", "level", "says"),
    [
        ("", "problem", "is empty"),
        ("proxy.example:3128", "problem", "is not a usable address"),
        ("ftp://user:hunter2@proxy.example", "problem", "is not a usable address"),
        ("http://user:hunter2@proxy.example:99999", "problem", "is not a usable address"),
        (" http://proxy.example:3128", "problem", "is not a usable address"),
        ("http://user:hunter2@proxy.example:3128", "problem", "nothing answers"),
    ],
)
def test_a_proxy_that_cannot_work_is_told_without_its_address(
    shell: Shell, offline: list[Any], address: str, level: str, says: str
):
    shell.tree.settings(account="    proxy_env: WECHAT_PROXY\n")
    shell.env(WECHAT_MAIN_SECRET=SECRET, WECHAT_PROXY=address)
    shell.monkeypatch.setattr(socket, "create_connection", _nobody)
    said = shell("doctor", "--format", "json")
    (found,) = [each for each in said.document["findings"] if each["check"] == "proxy"]

    assert (level, True, []) == (found["level"], says in found["message"], offline)
    assert [] == [each for each in ("hunter2", "proxy.example:99") if each in said.out + said.err]


def _nobody(*_: object) -> socket.socket:
    raise ConnectionRefusedError


def test_a_proxy_that_takes_connections_is_used(shell: Shell, offline: list[Any]):
    shell.tree.settings(account="    proxy_env: WECHAT_PROXY\n")
    shell.env(WECHAT_MAIN_SECRET=SECRET, WECHAT_PROXY="http://user:hunter2@proxy.example:3128")
    reached: list[object] = []
    shell.monkeypatch.setattr(
        socket, "create_connection", lambda place, _: reached.append(place) or _Open()
    )

    assert "ok" == levels(shell)["proxy"]
    assert [("proxy.example", 3128)] == reached
    assert offline


class _Open:
    def close(self) -> None:
        """Nothing was opened."""


def test_a_proxy_whose_package_is_missing_is_a_problem(shell: Shell, offline: list[Any]):
    shell.tree.settings(account="    proxy_env: WECHAT_PROXY\n")
    shell.env(WECHAT_MAIN_SECRET=SECRET, WECHAT_PROXY="socks5://127.0.0.1:1080")
    shell.monkeypatch.setattr(socket, "create_connection", lambda *_: _Open())
    shell.monkeypatch.setattr("httpx.Client", _without_socks)
    said = shell("doctor")

    assert "massctl[socks]" in said.out
    assert [] == offline


def _without_socks(**_: object) -> None:
    raise ImportError


def test_an_address_for_loopback_needs_no_proxy_and_no_plausible_secret(
    shell: Shell, offline: list[Any]
):
    shell.tree.settings(account="    proxy_env: WECHAT_PROXY\n")
    shell.env(WECHAT_MAIN_SECRET="sandbox", MASSCTL_API_BASE="http://127.0.0.1:8900")
    found = levels(shell)

    assert ("ok", "ok", "warning") == (found["proxy"], found["credential"], found["api_host"])


def test_a_host_of_ones_own_is_named(shell: Shell, offline: list[Any]):
    shell.tree.settings(
        account="    api_base: https://relay.example.com\n",
        policy="  api_hosts: [relay.example.com]\n",
    )
    said = shell("doctor")

    assert "relay.example.com, which policy.api_hosts allows" in " ".join(said.out.split())


def test_a_host_that_no_account_uses_is_a_warning(shell: Shell):
    shell.tree.settings(policy="  api_hosts: [relay.example.com, 'old.example.com:8443']\n")
    said = shell("doctor", "--sandbox")

    assert 0 == said.status
    assert 2 == " ".join(said.out.split()).count("but no account's api_base names it")


def test_a_token_command_is_run_and_what_it_says_is_told(shell: Shell, offline: list[Any]):
    shell.tree.settings(account="    token_command: [sh, -c, 'echo no server >&2; exit 1']\n")
    settings = shell.root / "massctl.yaml"
    settings.write_text(
        settings.read_text("utf-8").replace(
            "    secret_env: WECHAT_MAIN_SECRET      # 只写变量名\n", ""
        )
    )
    said = shell("doctor")

    assert (1, []) == (said.status, offline)
    assert "gave no token" in said.out
    assert "no server" in said.out


def test_a_doubt_and_a_missed_window_are_told_with_the_way_out(shell: Shell):
    shell.tree.settings(in_doubt="stop")
    shell.tree.text("now", more=DUE)
    shell.tree.text(
        "late",
        content="别的",
        more=window("2026-11-30T12:00:00+08:00", "2026-11-30T14:00:00+08:00"),
    )
    shell("plan", "now", "--sandbox")
    shell.faults(lost(SENDALL))
    assert 4 == shell("apply", "now", "--sandbox", "--yes").status
    said = shell("doctor", "--sandbox")

    assert 1 == said.status
    assert "massctl reconcile --sandbox now --sent" in " ".join(said.out.split())
    assert "the window of late has closed" in said.out


def test_a_ledger_that_is_missing_is_a_problem(shell: Shell, offline: list[Any]):
    shell.tree.settings(state="state:\n  lineage: 01JDXW00000000000000000000\n")
    found = levels(shell)

    assert ("problem", "ok") == (found["ledger"], found["campaigns"])


def test_a_ledger_that_cannot_be_read_leaves_things_unchecked(shell: Shell, offline: list[Any]):
    shell.tree.write("massctl.state.jsonl", "not a ledger\n")
    found = levels(shell)

    assert ("problem", "unknown", "unknown", "unknown") == tuple(
        found[check] for check in ("ledger", "campaigns", "windows", "allowance")
    )


def test_a_ledger_that_ci_would_throw_away_is_a_problem(shell: Shell, offline: list[Any]):
    shell.env(CI="true")

    assert "problem" == levels(shell)["ledger"]


def test_a_faulty_repository_has_a_document_too(shell: Shell):
    shell.tree.write("massctl.yaml", "version: 2\n")
    said = shell("doctor", "--format", "json")

    assert (1, []) == (said.status, said.document["findings"])
    Draft202012Validator(SCHEMA).validate(said.document)


def test_the_clock_of_the_sandbox_is_that_of_the_run(shell: Shell):
    shell.set_time(NOON.replace(year=2031))

    assert "ok" == levels(shell, "--sandbox")["clock"]


@pytest.mark.parametrize(
    ("address", "level"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", "ok"),
        ("http://evil.example/hook", "warning"),
        ("not a url", "warning"),
    ],
)
def test_an_address_that_cannot_be_posted_to_is_no_good_news(
    shell: Shell, offline: list[Any], address: str, level: str
) -> None:
    shell.tree.settings()
    yaml = shell.tree.read("massctl.yaml")
    shell.tree.write("massctl.yaml", yaml + "notify:\n  - wecom_robot_env: ROBOT\n")
    shell.env(ROBOT=address)

    assert level == levels(shell)["notify"]
    assert address not in shell("doctor").out
