"""Words of campaigns and files stand in every output as they are written, whatever they look like.

Each command is run twice: over words that hold commands, and over the same words with another program's name. What is
said may differ in that name only, so no word was taken for advice.
"""

import shutil
from collections.abc import Callable

import pytest
from cli_runner import SENDALL, Shell, lost
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from repositories import NEWS, cover, png, window

from massctl.cli.progress import Lines

DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
OTHER = "massctx"
"""As long as ours, and no command."""
PIECES = st.sampled_from(
    [
        "massctl apply",
        "massctl -C r2 plan",
        "`massctl status`",
        "massctl state  list",
        "massctl lock",
        "如何",
        " ",
        "--yes",
    ]
)
WORDS = st.lists(PIECES, min_size=1, max_size=3).map(
    lambda pieces: " ".join("".join(pieces).split())
)


def write(shell: Shell, root: str, words: str) -> None:
    """Write a campaign whose title, author, digest, body and files are named so."""
    short = words[:32].strip()
    named = NEWS.format(title="风", more=DUE)
    for old, new in (
        ("title: 秋日来信", f"title: '{words}'"),
        ('title: "第一封信：风"', f"title: '{short}'"),
        ("author: 编辑部", f"author: '{words[:16].strip()}'"),
        ("digest: 一封短信，两张图", f"digest: '{words}'"),
        ("cover: images/cover.png", f"cover: 'images/{words}.png'"),
    ):
        assert old in named
        named = named.replace(old, new)
    folder = f"{root}campaigns/letter"
    shell.tree.write(f"{folder}/campaign.yaml", named)
    shell.tree.write(
        f"{folder}/articles/main.md", f"{words}\n\n![{words}](<../images/{words} 2.png>)\n"
    )
    shell.tree.write(f"{folder}/images/{words}.png", cover((200, 80, 60)))
    shell.tree.write(f"{folder}/images/{words} 2.png", png((60, 120, 200)))


def told(shell: Shell, words: str, language: str) -> list[str]:
    """Give what each command says of a campaign with these words, from its plan to its settled doubt."""
    for path in (shell.root, shell.root.parent / "before"):
        shutil.rmtree(path)
        path.mkdir()
    shell.monkeypatch.chdir(shell.root)
    shell.tree.settings(language=language)
    write(shell, "", words)
    shutil.copytree(shell.root, shell.root.parent / "before", dirs_exist_ok=True)
    shell.tree.write("campaigns/letter/articles/main.md", f"{words}, {words}\n\nx {words}\n")
    shell.tree.text("faulty", content="{{ " + f"'{words}'.x" + " }}", more=f"'{words}': 1\n")

    def say(*arguments: str, typed: str | None = None) -> str:
        said = shell("-C", "../repository", *arguments, columns=600, typed=typed)
        assert said.status in (0, 1, 2, 4, 5), said.err
        return shell.scrub(said.out + said.err).replace(f"{len(words)}", "LENGTH")

    found = [
        say("validate"),
        say("plan", "--sandbox"),
        say("plan", "--sandbox", "--format", "json"),
    ]
    found += [
        say("plan", "--against", "../before", "--format", form) for form in ("text", "markdown")
    ]
    found += [say("lock", "letter"), say("plan", "--format", "markdown")]
    found += [say("apply", "letter", "--sandbox", typed="no\n")]
    shell.faults(lost(SENDALL))
    found += [say("apply", "letter", "--sandbox", "--yes", "--no-wait")]
    found += [
        say("plan", "--sandbox"),
        say("status", "--sandbox"),
        say("reconcile", "letter", "--sandbox"),
    ]
    found += [say("reconcile", "letter", "--sandbox", "--sent", "--reason", words)]
    return [
        *found,
        say("state", "list", "--sandbox"),
        say("withdraw", "letter", "--all", "--sandbox", typed="no\n"),
    ]


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.night), "zh"])
def test_words_of_campaigns_stand_as_they_are_written(shell: Shell, language: str) -> None:
    (shell.root.parent / "before").mkdir()
    # How often a bar is drawn depends on how fast this machine is.
    shell.monkeypatch.setattr("massctl.cli.progress.Bars", Lines)

    @settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
    @example("How massctl apply works")
    @given(WORDS)
    def holds(words: str) -> None:
        plain = told(shell, words.replace("massctl", OTHER), language)
        assert [each.replace(OTHER, "massctl") for each in plain] == told(shell, words, language)
        assert len([each for each in plain if OTHER in each]) > 8 or "massctl" not in words

    run: Callable[[], None] = holds
    run()


def test_advice_has_the_flags_of_this_run(shell: Shell) -> None:
    shell.tree.news("letter", title="How massctl apply works", more=DUE)
    shell.tree.text("unnamed")
    said = shell("-C", "../repository", "plan", "--sandbox", columns=600)
    assert "massctl -C ../repository apply --sandbox unnamed" in said.out
