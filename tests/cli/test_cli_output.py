"""How output looks to what reads it: pipes, terminals, folders whose names are no UTF-8, places that take no file."""

import json
import os
import re
import shutil
import subprocess

import pytest
from cli_runner import Shell
from repositories import window

DUE = window("2026-12-01T12:00:00+08:00", "2026-12-01T14:00:00+08:00")
LONG = "很长的标题" * 40


@pytest.fixture
def odd(shell: Shell) -> str:
    """The name of a copy of the repository, in a folder whose name is Latin-1."""
    shell.tree.text("letter", more=DUE)
    name = os.fsdecode(b"caf\xe9 'au lait\\")
    folder = shell.root.parent / name
    os.rename(shell.root, folder)
    shell.root.mkdir()
    shell.monkeypatch.chdir(folder.parent)
    return name


@pytest.mark.parametrize(
    "command",
    [
        *(
            "plan --format json",
            "plan --sandbox --format json --for-review",
            "apply --sandbox --yes --format json",
        ),
        *("doctor --sandbox --format json", "status --format json", "state show --format json"),
    ],
)
def test_a_folder_that_is_not_utf_8_is_no_bug(odd: str, shell: Shell, command: str) -> None:
    said = shell("-C", odd, *command.split())

    assert said.status in (0, 1), said.err
    json.loads(said.out)


@pytest.mark.parametrize("command", ["plan --sandbox --format markdown", "plan --out p.json"])
def test_words_work_there_too(odd: str, shell: Shell, command: str) -> None:
    said = shell("-C", odd, *command.split())

    assert (0, "") == (
        said.status,
        "".join(line for line in said.err.splitlines() if line.startswith("error")),
    )


def test_a_command_that_is_advised_there_can_be_pasted(odd: str, shell: Shell) -> None:
    path = "campaigns/letter/campaign.yaml"
    tree = shell.root.parent / odd / path
    tree.write_text(tree.read_text(encoding="utf-8").replace(DUE, ""), encoding="utf-8")
    (line,) = [
        line for line in shell("-C", odd, "plan").out.splitlines() if line.endswith(" apply letter")
    ]
    folder = line.strip().removeprefix("massctl -C ").removesuffix(" apply letter")
    typed = subprocess.run(["bash", "-c", f"printf %s {folder}"], capture_output=True, check=True)

    assert os.fsencode(odd) == typed.stdout


def test_what_cannot_be_written_is_named_with_its_cause(shell: Shell) -> None:
    shell.tree.text("letter", more=DUE)
    (shell.root / "taken").write_text("")
    name = "x" * 300
    said = [shell("plan", "--out", place) for place in ("taken/plan.json", "/dev/full", name)]

    assert [2, 2, 2] == [each.status for each in said]
    assert "error: --out: taken is a file, not a folder\n" in said[0].err
    assert "error: /dev/full cannot be written: No space left on device\n" in said[1].err
    assert f"error: {name} cannot be written: File name too long\n" in said[2].err


def test_what_is_piped_is_not_wrapped(shell: Shell) -> None:
    shell.tree.text("letter", more=DUE)
    path = "campaigns/letter/campaign.yaml"
    shell.tree.write(path, shell.tree.read(path).replace("改时间", LONG))
    piped, shown = shell("plan").out, shell("plan", columns=60).out

    assert (True, False) == (LONG in piped, LONG in shown)


def test_annotations_of_nothing_are_nothing(shell: Shell) -> None:
    shell.tree.text("letter")

    assert (0, "") == ((said := shell("validate", "--format", "github")).status, said.out)


def test_sentences_fit_the_terminal_too(shell: Shell) -> None:
    shell.tree.text("letter", more=DUE)
    said = shell("state", "init", "--sandbox", columns=40)

    assert [] == [line for line in said.out.splitlines() if len(line) > 40]
    assert len(said.out.splitlines()) > 1


@pytest.mark.parametrize(
    ("command", "next_step"),
    [
        ("validate", "massctl plan   shows what would be sent\n"),
        ("lock", "git add campaigns   then commit: what is committed is reviewed and sent\n"),
        ("plan --sandbox", "massctl apply --sandbox   does it\n"),
        ("apply --sandbox --yes", "massctl status --sandbox   asks WeChat what became of it\n"),
        ("render letter --out shown", "open shown/index.html in a browser\n"),
    ],
)
def test_a_run_on_a_terminal_ends_with_what_comes_next(
    shell: Shell, command: str, next_step: str
) -> None:
    shell.tree.text("letter", more=DUE)
    shown = shell(*command.split(), columns=100)
    shutil.rmtree(shell.root / ".massctl", ignore_errors=True)
    piped = shell(*command.split())

    assert (True, False) == (shown.err.endswith(next_step), next_step in piped.err)


@pytest.mark.parametrize("command", ["plan", "lock", "apply --sandbox --yes", "validate"])
def test_sixty_of_a_kind_are_told_in_a_few_lines(shell: Shell, command: str) -> None:
    shell.tree.text(more=DUE)
    yaml = shell.tree.read("campaigns/notice/campaign.yaml")
    asked = yaml.replace("is_to_all: true", "openids: list.txt")
    shell.tree.write("campaigns/notice/campaign.yaml", asked)
    shell.tree.write("campaigns/notice/list.txt", "".join(f"x{number}\n" for number in range(60)))
    shell.tree.news("letter", body="\n\n".join(f"全网最低价第 {number}" for number in range(60)))
    said = shell(*command.split())
    told = said.out + said.err

    if command in ("plan", "validate"):
        assert 1 == told.count("MC318"), told
        assert "found in 60 places" in told
    if command != "validate":
        assert 1 == told.count("MC603"), told
        assert 60 > len(told.splitlines()), told
    else:
        assert 20 < told.count("MC603 "), "every error has its line"
    command = (
        r"massctl validate (?:(?:letter|notice|--sandbox) )*--verbose|massctl validate shows them"
    )
    assert re.search(command, told), told


@pytest.mark.parametrize("command", ["plan", "validate", "lock", "plan --format json"])
def test_many_renders_are_told_while_they_go_on(shell: Shell, command: str) -> None:
    for number in range(9):
        shell.tree.text(f"notice-{number}")
    piped = shell(*command.split())
    assert 1 == piped.err.count("rendering campaigns: 9/9"), piped.err
    if "json" in command:
        json.loads(piped.out)
    shell.env(TERM="xterm-256color", COLUMNS="80")
    drawn = shell(*command.split(), typed="")
    assert "rendering campaigns" in drawn.err
    assert "rendering campaigns: 9/9" not in drawn.err, "a bar, which is taken away again"

    for number in range(2, 9):
        shutil.rmtree(shell.root / f"campaigns/notice-{number}")
    assert "rendering" not in shell(*command.split()).err, "few are there at once"


def test_batches_are_told_one_by_one(shell: Shell) -> None:
    shell.tree.text(more=DUE)
    yaml = shell.tree.read("campaigns/notice/campaign.yaml").replace(
        "is_to_all: true", "openids: list.txt"
    )
    shell.tree.write("campaigns/notice/campaign.yaml", yaml)
    openids = "".join(f"o{number:027d}\n" for number in range(20_002))
    shell.tree.write("campaigns/notice/list.txt", openids)
    said = shell("apply", "--sandbox", "--yes")
    assert 0 == said.status, said
    assert "notice: batches: 3/3" in said.err
