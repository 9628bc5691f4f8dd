"""What looks like a secret in a file is repeated by no output, whatever is wrong with its line."""

from pathlib import Path

import pytest
from cli_runner import Shell
from repositories import NEWS, SETTINGS

from massctl.cli.crash_report import report

HEX = "0102c3d4e5f60718293a4b5c6d7e8f90"
LONG = "Zm9vYmFyYmF6MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A="
WORD = "hunter2!pass"
BEFORE = "    kind: service\n"

IN_SETTINGS = {
    "unknown key": f"    secret: {WORD}\n",
    "quoted": f'    "app_secret": "{WORD}"\n',
    "no blank": f"    secret:{WORD}\n",
    "wide colon": f"    secret：{WORD}\n",
    "an equals sign": f"    password = {WORD}\n",
    "a blank alone": f"    token {WORD}\n",
    "a key": f"    api_key: {WORD}\n",
    "in Chinese": f"    密码: {WORD}\n",
    "the value of a name": f"    token_env: {WORD}\n",
    "by its look": f"    note: {HEX}\n",
    "by its length": f"    note: {LONG}\n",
    "in an address": f"    note: https://user:{WORD}@proxy.example/\n",
    "a command": f"    token_command: [get, --with, {WORD}, 3]\n",
    "a command as text": f"    token_command: get {WORD}\n",
    "a command below": f"    token_command:\n      - get\n      - {WORD}\n      - 3\n",
    "a command at the same depth": f"    token_command:\n    - get\n    - 3\n    - {{a: {WORD}}}\n",
    "a command over lines": f"    token_command: [get,\n      --with, {WORD},\n      {{a: {WORD}}}]\n",
    "below a key": f"    secrets:\n      main: {WORD}\n      main: {WORD}\n",
    "text below": f"    secret: |\n      {WORD}\n\t  {WORD}\n",
    "broken": f"    secret: '{WORD}\n",
    "a tab": f"\tsecret: {WORD}\n",
    "twice": f"    secret_env: A\n    secret_env: {WORD}\n",
    "an address for a name": f"notify:\n  - wecom_robot_env: https://{WORD}.example/send?key=a\n",
    "a key of a robot": f"notify:\n  - wecom_robot_env: 'https://qyapi.weixin.qq.com/webhook/send?key={WORD}'\n",
    "a token of a robot": f"notify:\n  - {{wecom_robot_env: 'https://oapi.dingtalk.com/send?access_token={WORD}'}}\n",
    "any name": f"    robot_env: https://example.com/{WORD}\n",
}
IN_CAMPAIGN = {
    "unknown key": f"secret: {WORD}\n",
    "a key": f"api_key: {WORD}\n",
    "below a key": f"secrets:\n  main: {WORD}\n  main: {WORD}\n",
    "by its look": f"note: {HEX}\n",
    "by its length": f"note: {LONG}\n",
    "a variable": f"vars: {{password: {WORD}, password: {WORD}}}\n",
    "a wrong type": f"title: {{secret: {WORD}}}\n",
}
COMMANDS = [
    "validate",
    "validate --format json",
    "validate --format github",
    "plan",
    "plan --format json --for-review",
]
COMMANDS += ["plan --format markdown", "lock --format json", "doctor", "status", "ci gate"]
HIDDEN = (HEX, LONG, WORD, "hunter2")


def said_by_all(shell: Shell) -> str:
    shell.env(GITHUB_REF="refs/heads/main", GITHUB_EVENT_NAME="push")
    told = ""
    for command in COMMANDS:
        said = shell(*command.split())
        assert said.status in (0, 1, 5), (command, said)
        told += said.out + said.err
    return told


@pytest.mark.parametrize("case", IN_SETTINGS)
def test_no_secret_of_massctl_yaml_is_repeated(shell: Shell, case: str) -> None:
    shell.tree.text()
    written = SETTINGS.format(language="", account="", in_doubt="resubmit", policy="")
    added = IN_SETTINGS[case]
    written = (
        written + added if added.startswith("notify") else written.replace(BEFORE, BEFORE + added)
    )
    shell.tree.write("massctl.yaml", written)
    told = said_by_all(shell)

    assert "massctl.yaml" in told, "the fault is told"
    assert [] == [each for each in HIDDEN if each in told], told


@pytest.mark.parametrize("case", IN_CAMPAIGN)
def test_no_secret_of_a_campaign_is_repeated(shell: Shell, case: str) -> None:
    assert 0 == shell("state", "init").status
    shell.tree.news("letter")
    written = NEWS.format(title="风", more="")
    shell.tree.write(
        "campaigns/letter/campaign.yaml",
        written.replace("account: main\n", "account: main\n" + IN_CAMPAIGN[case]),
    )
    told = said_by_all(shell)

    assert "campaigns/letter/campaign.yaml" in told, "the fault is told"
    assert [] == [each for each in HIDDEN if each in told], told


@pytest.mark.parametrize("line", [*IN_SETTINGS.values(), *IN_CAMPAIGN.values()])
def test_no_log_of_a_crash_has_one(shell: Shell, line: str, tmp_path: Path) -> None:
    logs = shell.root.parent
    assert 3 == report(RuntimeError(line))
    (log,) = logs.glob("massctl-crash-*")
    written = log.read_text(encoding="utf-8")

    assert "RuntimeError" in written
    assert [] == [each for each in HIDDEN if each in written], written


HOOK = "https://hooks.example/send?key=693a91f6-7aaa-4bc4-97a0-0ec2fa5aaa01"
NAMED = {
    "OURS": "a word of ours!",
    "ROBOT": HOOK,
    "BEAT": "https://beat.example/ping/5f0c",
    "GIT_WAY": "to-git-4711",
    "WAREHOUSE": "postgresql://lin:hunter2-hunter2@db.example/crm",
}


@pytest.mark.parametrize("name", NAMED)
def test_what_a_variable_of_massctl_yaml_holds_is_in_no_log_and_no_excerpt(
    shell: Shell, name: str
) -> None:
    shell.tree.settings(
        state="notify: [{wecom_robot_env: ROBOT}]\nrunner: {heartbeat_env: BEAT}\n"
        "forge: {kind: github, repository: lin/letters, token_env: GIT_WAY}\n"
        "connections: {warehouse: {url_env: WAREHOUSE, owners: [lin-mei]}}\n"
    )
    written = shell.tree.read("massctl.yaml")
    shell.tree.write(
        "massctl.yaml", written.replace("secret_env: WECHAT_MAIN_SECRET", "secret_env: OURS")
    )
    shell.env(**NAMED)
    shell.tree.text("notice", content=f"{NAMED[name]} {{{{ nobody }}}}")
    said = shell("validate")
    assert 3 == report(RuntimeError(f"cannot use {NAMED[name]} for it"))
    (log,) = shell.root.parent.glob("massctl-crash-*")

    assert (1, True) == (said.status, "nobody" in said.out)
    assert NAMED[name] not in said.out + said.err + log.read_text(encoding="utf-8")


def test_what_is_no_secret_is_shown(shell: Shell) -> None:
    shell.tree.text()
    written = SETTINGS.format(language="", account="", in_doubt="resubmit", policy="")
    shown = [
        "secret_env: WECHAT_MAIN_SECRET,",
        "keyword: 春天",
        "apidoc: docs/reference/2026-12-spring-sale/articles-and-pictures.md",
        "digest: sha256:1f0c9bb3d2a1e4f5968778695a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b",
        "monkey: 1",
    ]
    lines = "".join(f"    {each}\n" for each in shown)
    shell.tree.write("massctl.yaml", written.replace(BEFORE, BEFORE + lines))
    said = shell("validate")

    assert [] == [each for each in shown[1:] if each not in said.out], said.out
