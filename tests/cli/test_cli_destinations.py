"""Where a campaign leads: told as new until it was sent, then as known; refused where the policy lists nothing."""

from typing import Any

from cli_runner import Shell

LINKED = "今天[读](https://mp.weixin.qq.com/s/abc)一读。\n"
TARGET = "https://mp.weixin.qq.com/s/abc"
SEND = ("apply", "--yes", "--sandbox")


def led(shell: Shell, name: str) -> list[dict[str, Any]]:
    (found,) = shell("plan", name, "--sandbox", "--format", "json").document["campaigns"]
    return list(found["destinations"])


def test_a_destination_is_new_until_it_was_sent(shell: Shell) -> None:
    shell.tree.news("letter", body=LINKED)
    shell.tree.text("notice", content=f"见 {TARGET}")
    said = {"kind": "article", "target": TARGET, "at": "article 1", "label": "读"} | {
        "notes": [],
        "articles": [],
    }
    assert [{**said, "new": True}] == led(shell, "letter")
    assert [True] == [each["new"] for each in led(shell, "notice")]

    assert 0 == shell(*SEND, "letter").status
    assert [False] == [each["new"] for each in led(shell, "notice")]

    status = shell("status", "letter", "--sandbox")
    assert "WeChat article mp.weixin.qq.com" in status.out, status.out
    (campaign,) = shell("status", "letter", "--sandbox", "--format", "json").document["campaigns"]
    assert [TARGET] == [each["target"] for each in campaign["destinations"]]
    (report,) = shell("report", "letter", "--sandbox", "--format", "json").document["sends"]
    assert [TARGET] == [each["target"] for each in report["destinations"]]


def test_what_only_looks_like_a_place_that_was_sent_is_new(shell: Shell) -> None:
    """The whole way: from the words of a text to its list in a plan."""
    shell.tree.text("sent", content="见 https://shop.cn 和 https://shop.cn/f/a")
    assert 0 == shell(*SEND, "sent").status
    others = [
        "https://shop.cn&utm_id=.evil.cn",
        "https://shop.cn/f/a/../evil",
        "https://shop-cn.evil.cn/",
        "http://evil.dev",
    ]
    shell.tree.text("next", content=f"见 https://shop.cn/?utm_id=9 {' '.join(others)}。")
    found = {each["target"]: each for each in led(shell, "next")}
    assert {**dict.fromkeys(others, True), "https://shop.cn/?utm_id=9": False} == {
        target: each["new"] for target, each in found.items()
    }
    assert all(found[each]["notes"] for each in others)


def test_the_policy_refuses_what_it_does_not_list(shell: Shell) -> None:
    shell.tree.settings(policy="  destinations: {unlisted: refuse}\n")
    shell.tree.news("letter", body=LINKED)
    refused = shell(*SEND, "letter")
    assert (5, True) == (refused.status, "destination_unlisted" in refused.out), refused.out
    assert "mp.weixin.qq.com" in refused.out
    assert [] == shell.report()["jobs"]

    listed = '  destinations: {hosts: ["*.weixin.qq.com"], unlisted: refuse}\n'
    shell.tree.settings(policy=listed)
    assert 0 == shell(*SEND, "letter").status
