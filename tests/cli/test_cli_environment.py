"""What the environment may decide, and what it may not."""

from collections.abc import Callable
from typing import Any

import pytest
from cli_runner import Shell
from repositories import window
from werkzeug.test import Client

DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
LOOPBACK = "http://127.0.0.1:9"


def guards(shell: Shell) -> list[str]:
    (campaign,) = shell("plan", "--format", "json").document["campaigns"]
    return [refusal["guard"] for refusal in campaign["refusals"]]


@pytest.mark.parametrize(
    "value", ["1", "true", "yes", "on", "stop", "no!", "2", " ", " no ", "OFF"]
)
def test_no_send_stops_sending(shell: Shell, value: str):
    shell.tree.text(more=DUE)
    shell.env(MASSCTL_NO_SEND=value)
    assert ["kill_switch"] == guards(shell)


@pytest.mark.parametrize("value", ["", "0", "false", "no", "off"])
def test_values_that_do_not_stop_sending(shell: Shell, value: str):
    shell.tree.text(more=DUE)
    shell.env(MASSCTL_NO_SEND=value)
    assert [] == guards(shell)


def test_no_send_holds_in_the_sandbox_too(shell: Shell):
    shell.tree.text()
    shell.env(MASSCTL_NO_SEND="1")
    assert 5 == shell("apply", "notice", "--sandbox", "--yes").status
    assert [] == shell.report()["jobs"]


def test_policy_disabled_is_a_kill_switch(shell: Shell):
    shell.tree.settings(policy="  sending: disabled\n")
    shell.tree.text(more=DUE)
    assert ["kill_switch"] == guards(shell)


@pytest.mark.parametrize(
    ("declared", "massctl_lang", "lang", "chinese"),
    [
        ("", "zh", "en_US.UTF-8", True),
        ("", "en", "zh_CN.UTF-8", False),
        ("", "", "zh_CN.UTF-8", True),
        ("", "", "de_DE.UTF-8", False),
        ("en", "zh", "zh_CN.UTF-8", True),
        ("zh", "en", "en_US.UTF-8", False),
        ("zh", "", "en_US.UTF-8", False),
        ("zh", "", "C.UTF-8", True),
        ("zh", "", "", True),
        ("", "", "", False),
    ],
)
def test_the_language(shell: Shell, declared: str, massctl_lang: str, lang: str, chinese: bool):
    shell.tree.settings(language=declared)
    shell.env(MASSCTL_LANG=massctl_lang, LANG=lang)
    said = shell("status")
    assert ("还没有任何记录" if chinese else "nothing is recorded yet") == said.out.strip()


@pytest.mark.parametrize(
    ("environment", "chinese"),
    [
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, False),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN.UTF-8"}, True),
    ],
)
def test_the_locale_is_read_as_posix_does(shell: Shell, environment: dict[str, str], chinese: bool):
    shell.tree.settings(language="")
    shell.env(**environment)
    assert ("还没有任何记录" if chinese else "nothing is recorded yet") == shell(
        "status"
    ).out.strip()


def test_the_flag_comes_before_all(shell: Shell):
    shell.tree.settings(language="en")
    shell.env(MASSCTL_LANG="en", LC_ALL="en_US.UTF-8")
    assert "还没有任何记录" == shell("--language", "zh", "status").out.strip()
    assert "nothing is recorded yet" == shell("status").out.strip()
    assert "用法：" in shell("--language", "zh", "plan", "--help").out
    assert "用法：" in shell("--language", "zh", "--help").out
    assert "错误：没有选项 --nonsense" in shell("--language", "zh", "plan", "--nonsense").err


@pytest.mark.parametrize(
    "command", [("status",), ("plan", "--format", "json"), ("explain", "MC001"), ("plan", "--help")]
)
@pytest.mark.parametrize("chinese", [True, False])
def test_a_language_that_massctl_does_not_speak_is_named_once(
    shell: Shell, command: tuple[str, ...], chinese: bool
):
    shell.tree.settings(language="zh" if chinese else "")
    shell.tree.text()
    shell.env(MASSCTL_LANG="fr\x1b[1m")
    said = shell(*command)
    assert 0 == said.status
    assert 1 == said.err.count("MASSCTL_LANG"), said.err
    assert ("不认识" if chinese else "MASSCTL_LANG is `fr\\x1b[1m`") in said.err
    assert "zh" in said.err
    assert "MASSCTL_LANG" not in said.out
    shell.env(MASSCTL_LANG="zh")
    assert "MASSCTL_LANG" not in shell(*command).err


def test_what_others_read_is_in_the_language_of_the_repository(shell: Shell):
    """The operator's language does not reach a comment."""
    shell.tree.text(more=DUE)
    shell.tree.settings(language="zh")
    shell.env(MASSCTL_LANG="en")
    assert "此操作无法撤回" not in shell("plan").out
    assert "公众号" in shell("plan", "--format", "markdown").out
    review = shell("plan", "--format", "json", "--for-review").document["review"]
    assert "zh" == review["language"]


LANGUAGES = [
    # --language, the environment, language: in massctl.yaml, on a terminal, for others
    ([], {"LANG": "C.UTF-8"}, "", "en", "en"),
    ([], {"LANG": "C"}, "zh", "zh", "zh"),
    ([], {"LANG": "zh_CN.UTF-8"}, "en", "zh", "en"),
    ([], {"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "zh", "en", "zh"),
    ([], {"MASSCTL_LANG": "zh", "LANG": "en_US.UTF-8"}, "", "zh", "zh"),
    (["--language", "en"], {"MASSCTL_LANG": "zh"}, "zh", "en", "zh"),
]


@pytest.mark.parametrize(("option", "environment", "declared", "terminal", "others"), LANGUAGES)
def test_whatever_speaks_follows_one_rule(
    shell: Shell,
    option: list[str],
    environment: dict[str, str],
    declared: str,
    terminal: str,
    others: str,
):
    shell.tree.settings(language=declared)
    shell.tree.text("letter")
    shell.env(**environment)
    chinese = {
        "status": "还没有任何记录" in shell(*option, "status").out,
        "a refusal": "没有活动" in shell(*option, "plan", "nobody").err,
        "help": "用法：" in shell(*option, "plan", "--help").out,
        "explain": "怎么办" in shell(*option, "explain", "5").out,
        "serve": '<html lang="zh-CN"' in page(shell, *option, "serve", "letter"),
        "inbox": '<html lang="zh-CN"' in page(shell, *option, "sandbox"),
    }
    assert dict.fromkeys(chinese, terminal == "zh") == chinese
    read = {
        "a comment": "公众号" in shell(*option, "plan", "--format", "markdown").out,
        "a new campaign": "所有关注者" in new_campaign(shell, *option),
    }
    assert dict.fromkeys(read, others == "zh") == read


def page(shell: Shell, *arguments: str) -> str:
    """Give the page at the address that a verb serves first."""
    served: list[str] = []

    def run_app(app: Any, _: int, ready: Callable[[int], None], **__: Any) -> None:
        ready(80)
        served.append(Client(app).get("/", base_url="http://127.0.0.1").text)

    for module in ("massctl.cli.commands.sandbox", "massctl.serve.server"):
        shell.monkeypatch.setattr(f"{module}.run_app", run_app)
    assert 0 == shell(*arguments, "--port", "0").status
    return served[0]


def new_campaign(shell: Shell, *option: str) -> str:
    assert 0 == shell(*option, "new", "next", "--window", "none").status
    return shell.tree.read("campaigns/next/campaign.yaml")


def test_init_in_a_folder_with_settings_speaks_their_language(shell: Shell):
    shell.tree.settings(language="zh")
    assert "下一步：" in shell("init", ".", "--keep").err
    assert "写一封信" in shell.tree.read("README.md")


def test_faults_of_the_settings_are_told_in_their_language(shell: Shell):
    shell.tree.write("massctl.yaml", "version: 1\nlanguage: zh\n")
    assert "缺少 accounts" in shell("plan").err


def test_errors_before_massctl_yaml_is_read_speak_the_language_of_the_environment(shell: Shell):
    (shell.root / "massctl.yaml").unlink()
    shell.env(MASSCTL_LANG="zh")
    assert "这里没有 massctl.yaml" in shell("plan").err


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "http://api.weixin.qq.com",
        "https://api.weixin.qq.com.evil.example",
        "https://api.weixin.qq.com@evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "file:///etc/passwd",
        "nonsense",
    ],
)
@pytest.mark.parametrize("verb", ["plan", "apply", "status", "validate"])
def test_a_foreign_host_never_gets_the_secret(shell: Shell, address: str, verb: str):
    shell.tree.text(more=DUE)
    shell.env(MASSCTL_API_BASE=address, WECHAT_MAIN_SECRET="0" * 32)
    said = shell(verb)
    assert (2, "") == (said.status, said.out)
    assert "MASSCTL_API_BASE" in said.err


def test_a_host_of_the_policy_is_allowed(shell: Shell):
    shell.tree.settings(policy="  api_hosts: [api2.weixin.qq.com]\n")
    shell.tree.text(more=DUE)
    shell.env(MASSCTL_API_BASE="https://api2.weixin.qq.com")
    assert 0 == shell("plan").status


def test_the_clock_may_be_moved_against_loopback(shell: Shell):
    shell.tree.text(more=DUE)
    shell.env(MASSCTL_API_BASE=LOOPBACK, MASSCTL_CLOCK_OFFSET="7200")
    (campaign,) = shell("plan", "--format", "json").document["campaigns"]
    assert "expired" == campaign["window"]


@pytest.mark.parametrize("verb", ["plan", "apply", "status"])
def test_the_clock_may_not_be_moved_against_wechat(shell: Shell, verb: str):
    shell.tree.text(more=DUE)
    shell.env(MASSCTL_CLOCK_OFFSET="-3600")
    said = shell(verb)
    assert (2, "") == (said.status, said.out)
    assert "MASSCTL_CLOCK_OFFSET" in said.err


@pytest.mark.parametrize("offset", ["soon", "nan", "inf", "1e12", "-1e12", "1 hour"])
def test_an_offset_that_is_no_number_of_seconds(shell: Shell, offset: str):
    shell.env(MASSCTL_API_BASE=LOOPBACK, MASSCTL_CLOCK_OFFSET=offset)
    assert 2 == shell("plan").status


def test_a_short_in_doubt_wait_is_for_loopback_only(shell: Shell):
    shell.tree.settings(policy="  in_doubt_wait: 1\n")
    shell.tree.text(more=DUE)
    statuses = [shell("plan").status, shell("plan", "--sandbox").status]
    shell.env(MASSCTL_API_BASE=LOOPBACK)
    assert [1, 0, 0] == [*statuses, shell("plan").status]


@pytest.mark.parametrize("variable", ["CI", "GITHUB_ACTIONS"])
def test_a_local_ledger_on_a_ci_runner_is_refused(shell: Shell, variable: str):
    shell.tree.text(more=DUE)
    shell.env(**{variable: "true", "WECHAT_MAIN_SECRET": "0" * 32})
    said = shell("apply", "--yes")
    assert 5 == said.status
    assert not (shell.root / "massctl.state.jsonl").exists()


@pytest.mark.parametrize(
    "arguments", [["plan"], ["validate"], ["apply", "--sandbox", "--yes"]], ids=" ".join
)
def test_ci_may_plan_validate_and_use_the_sandbox(shell: Shell, arguments: list[str]):
    shell.tree.text(more=DUE)
    shell.env(CI="true")
    assert 0 == shell(*arguments).status


def test_a_proxy_that_is_named_and_not_set_is_an_error(shell: Shell):
    shell.tree.settings(account="    proxy_env: WECHAT_PROXY\n")
    shell.tree.text(more=DUE)
    shell.env(WECHAT_MAIN_SECRET="0" * 32)
    said = shell("apply", "--yes")
    assert 1 == said.status
    assert "WECHAT_PROXY" in said.out + said.err


@pytest.mark.parametrize("arguments", [["new", "BAD!"], ["adopt", "letter"]])
def test_an_error_before_the_settings_are_read_is_in_their_language(
    shell: Shell, arguments: list[str]
) -> None:
    shell.tree.settings(language="zh")
    said = shell(*arguments)
    assert (2, True) == (said.status, said.err.startswith("错误："))
