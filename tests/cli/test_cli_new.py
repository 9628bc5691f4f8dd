"""`massctl new`: a campaign's folder from a sample or another campaign; only that is written."""

from pathlib import Path

import pytest
from cli_runner import Shell

from massctl.cli.arguments import parse_window

WINDOW = "2026-12-03T20:00:00+08:00/2026-12-03T22:00:00+08:00"
SEND = "send:\n  not_before: 2026-12-03T20:00:00+08:00\n  not_after: 2026-12-03T22:00:00+08:00\n"


def files(shell: Shell) -> dict[str, bytes]:
    """Give every file of the repository, but for caches."""
    found = [
        each for each in shell.root.rglob("*") if each.is_file() and ".massctl" not in each.parts
    ]
    return {each.relative_to(shell.root).as_posix(): each.read_bytes() for each in found}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("window", [WINDOW, "none"])
def test_the_sample_validates_and_nothing_else_is_written(
    shell: Shell, language: str, window: str
) -> None:
    shell.tree.settings(language=language)
    before = files(shell)
    made = shell("new", "spring", "--title", '"春" 天', "--window", window)
    written = files(shell)
    new = {
        f"campaigns/spring/{each}"
        for each in ("campaign.yaml", "articles/main.md.j2", "images/cover.jpg")
    }
    assert (0, sorted(new)) == (made.status, made.out.splitlines()), made.err
    assert (new, before) == (
        written.keys() - before.keys(),
        {name: written[name] for name in before},
    )
    assert (window == WINDOW) == (SEND in shell.tree.read("campaigns/spring/campaign.yaml"))
    assert 0 == shell("validate", "--format", "json").document["summary"]["error"]


def test_a_copy_has_the_files_of_the_other_without_lock_edition_and_window(shell: Shell) -> None:
    shell.tree.news(
        "letter", more=f"edition: 3\n{SEND.replace('12-03', '11-03')}  over_limit: allow\n"
    )
    shell.tree.write("campaigns/letter/campaign.lock.json", "{}")
    made = shell(
        "new",
        "next",
        "--from",
        "letter",
        "--title",
        "十二月: 来信",
        "--window",
        WINDOW,
        "--format",
        "json",
    )
    assert (0, True) == (made.status, "campaigns/next/images/river.png" in made.document["files"])
    assert not [each for each in made.document["files"] if "lock" in each]
    old, new = (shell.tree.read(f"campaigns/{each}/campaign.yaml") for each in ("letter", "next"))
    wanted = (
        old.replace("edition: 3\n", "")
        .replace("11-03", "12-03")
        .replace("title: 秋日来信", 'title: "十二月: 来信"')
    )
    assert wanted == new
    assert 0 == shell("validate", "next").status


@pytest.mark.parametrize(
    ("more", "left"),
    [("", SEND), (SEND, ""), ("send: {over_limit: allow}\n", "send: {over_limit: allow}\n")],
)
def test_a_copy_has_the_window_that_is_given(shell: Shell, more: str, left: str) -> None:
    shell.tree.news("letter", more=more)
    assert (
        0
        == shell(
            "new", "next", "--from", "letter", "--window", WINDOW if left == SEND else "none"
        ).status
    )
    assert left == "".join(
        line
        for line in shell.tree.read("campaigns/next/campaign.yaml").splitlines(keepends=True)
        if line.startswith(("send", "  not_"))
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Spring!", "--window", "none"], "Spring! is not a campaign name"),
        (["letter", "--window", "none"], "campaigns/letter already exists"),
        (["old", "--window", "none"], "old is the old name of letter"),
        (["spring"], "--window is missing"),
        (["spring", "--from", "lettre", "--window", "none"], "did you mean letter?"),
        (["spring", "--account", "other", "--window", "none"], "massctl.yaml has no account other"),
        (
            ["spring", "--window", "2026-12-03T20:00/2026-12-03T22:00"],
            "2026-12-03T20:00 has no offset",
        ),
        (["spring", "--window", WINDOW.replace("22:00", "19:30")], "ends before it begins"),
        (
            ["spring", "--window", "2026-12-03 20:00-20:00"],
            "ends before it begins; past midnight write both days",
        ),
        (
            ["spring", "--window", "2026-13-03 20:00-22:00"],
            "names a day or an hour that does not exist",
        ),
        (
            ["spring", "--window", "2026-12-03"],
            "2026-12-03 is not a window; write it like 2026-12-01 20:00-22:00",
        ),
        (["spring", "--window", "a/b"], "a/b is not a window"),
        (["春天", "--window", "none"], "a title in Chinese goes into `title:`"),
        (
            ["spring", "--window", WINDOW.replace("12-03", "11-03")],
            "the window is over: Tuesday 2026-11-03",
        ),
        (
            ["spring", "--window", "none", "--sandbox"],
            "--sandbox has no effect without --from or --unsent-of",
        ),
        (
            ["spring", "--unsent-of", "letter", "--window", "none"],
            "--window has no effect together with --unsent-of",
        ),
    ],
)
def test_what_cannot_be_made_says_why_and_writes_nothing(
    shell: Shell, arguments: list[str], says: str
) -> None:
    shell.tree.news("letter")
    shell.tree.write(
        "massctl.yaml", shell.tree.read("massctl.yaml") + "moved: [{from: old, to: letter}]\n"
    )
    before = files(shell)
    said = shell("new", *arguments)
    assert (2, True) == (said.status, says in " ".join(said.err.split())), said.err
    assert before == files(shell)


@pytest.mark.parametrize(
    "window",
    [
        "2026-12-3 20:00-22:00",
        "2026/12/03 20:00 - 22:00",
        "2026年12月3日 20:00到22:00",
        "2026-12-03 20：00～22：00",
        "2026-12-03 20:00–22:00 +08:00",
        "2026-12-03 20:00-2026-12-03 22:00",
        "2026-12-03 12:00-14:00 +00:00",
    ],
)
def test_a_window_is_read_as_people_write_it(window: str) -> None:
    read, meant = parse_window(window), parse_window(WINDOW)
    assert (True, meant) == (meant is not None, read)


def test_on_a_terminal_it_asks_and_shows_the_window_back(shell: Shell) -> None:
    two = "  second:\n    appid: wx00000000000000ff\n    secret_env: OTHER\n    kind: service\n"
    shell.tree.settings(account=two)
    typed = [
        "third",
        "second",
        "春天",
        "tomorrow",
        "2026-11-03 20:00-21:00",
        "2026-12-03 20:00-21:00",
        "2026-12-03 20:00-22:00",
        "",
    ]
    made = shell("new", "spring", typed="\n".join(typed) + "\n")
    said = " ".join(made.err.split())
    assert 0 == made.status, said
    for each in (
        "Account, one of main, second:",
        "third cannot be used here",
        "Title (Enter: spring):",
        "20:00-22:00 (Enter: no window, it is sent only by name):",
        "tomorrow is not a window; write it like 2026-12-01 20:00-22:00, or none",
        "the window is over: Tuesday 2026-11-03",
        "Thursday 2026-12-03 20:00–21:00 +08:00: Enter takes it",
        "window: Thursday 2026-12-03 20:00–22:00 +08:00",
    ):
        assert each in said
    declared = shell.tree.read("campaigns/spring/campaign.yaml")
    assert (True, True, True) == (
        SEND in declared,
        'title: "春天"' in declared,
        "account: second" in declared,
    )


def test_the_end_of_input_is_not_an_answer(shell: Shell) -> None:
    said = shell("new", "spring", "--title", "x", typed="2026-12-03 20:00-22:00\n")
    assert (2, True, False) == (
        said.status,
        "--window is missing" in said.err,
        (shell.root / "campaigns/spring").exists(),
    )


def test_no_answer_is_asked_for_twice_where_none_is_typed(shell: Shell) -> None:
    shell.tree.news("letter")
    said = shell("new", "spring", "--from", "letter", typed="\n\n")
    assert (0, True) == (said.status, "Title (Enter: that of letter):" in said.err)
    assert "title: 秋日来信" in shell.tree.read("campaigns/spring/campaign.yaml")


def test_a_folder_that_cannot_be_written_says_why(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, _: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    said = shell("new", "spring", "--window", "none")
    assert (2, True) == (said.status, "campaigns/spring cannot be written" in said.err)
    assert not (shell.root / "campaigns/spring").exists()
