"""`-v` and `-vv`: what is told of each request, and what is not."""

import re

import pytest
from cli_runner import SENDALL, Shell, lost


def lines(said: str) -> list[str]:
    return re.findall(
        r"^(?:GET|POST) /cgi-bin/.*$", re.sub(r"after \d+ ms", "after N ms", said), re.MULTILINE
    )


def test_each_request_is_told_on_standard_error(shell: Shell):
    shell.tree.text()
    said = shell("-v", "apply", "notice", "--sandbox", "--yes", "--format", "json")
    assert said.document["exit_status"] == 0
    assert [
        "POST /cgi-bin/stable_token: errcode 0 after N ms, rid -",
        "GET /cgi-bin/user/get: errcode 0 after N ms, rid -",
        "GET /cgi-bin/user/get: errcode 0 after N ms, rid -",
        "POST /cgi-bin/message/mass/sendall: errcode 0 after N ms, rid -",
        "POST /cgi-bin/message/mass/get: errcode 0 after N ms, rid -",
    ] == lines(said.err)


def test_vv_tells_also_when_a_request_begins(shell: Shell):
    shell.tree.text()
    told = lines(shell("-vv", "apply", "notice", "--sandbox", "--yes").err)
    assert [each for each in told if "sendall" in each] == [
        "POST /cgi-bin/message/mass/sendall …",
        "POST /cgi-bin/message/mass/sendall: errcode 0 after N ms, rid -",
    ]


def test_an_answer_that_does_not_come_is_told(shell: Shell):
    shell.tree.text()
    shell.faults(lost(SENDALL))
    (told,) = (
        each
        for each in lines(shell("-v", "apply", "notice", "--sandbox", "--yes", "--no-wait").err)
        if "send" in each
    )
    assert told.startswith("POST /cgi-bin/message/mass/sendall: no answer after N ms: ")


@pytest.mark.parametrize("before", [[], ["-v"]])
def test_the_next_command_is_quiet_again(shell: Shell, before: list[str]):
    shell.tree.text()
    shell(*before, "apply", "notice", "--sandbox", "--yes")
    assert [] == lines(shell("status", "--sandbox").err)


def test_the_flag_means_the_same_before_and_after_the_verb(shell: Shell):
    shell.tree.text()
    speed = ("speed", "get", "--sandbox")
    before, after, both = (
        lines(shell(*typed).err) for typed in (("-v", *speed), (*speed, "-v"), ("-v", *speed, "-v"))
    )
    assert [] != before == after == both


def test_validate_shows_each_note_wherever_the_flag_stands(shell: Shell):
    links = "\n\n".join(f"[river](https://example.com/{number})" for number in range(8))
    shell.tree.news()
    shell.tree.write("campaigns/letter/articles/main.md", links)
    before, after, without = (
        shell(*typed) for typed in (("-v", "validate"), ("validate", "-v"), ("validate",))
    )
    assert before.out == after.out != without.out
