"""`--help` in the language of the run, as quick as ever."""

import pytest
from cli_runner import Shell
from test_cli_loaded import HEAVY, loaded

from massctl.cli.commands import VERBS
from massctl.view.cells import cells

CHINESE, ENGLISH = "显示同样写法的", "Show what `massctl apply`"


@pytest.mark.parametrize(
    "verb", ["", *VERBS, "state import", "sandbox reset", "sandbox advance", "comments open"]
)
@pytest.mark.parametrize("columns", [60, 100])
def test_every_help_fits_its_window(shell: Shell, verb: str, columns: int):
    shell.tree.settings(language="zh")
    said = shell(*verb.split(), "--help", columns=columns)
    assert (0, "") == (said.status, said.err)
    assert said.out.startswith(f"用法：{' '.join(['massctl', *verb.split()])} ")
    assert [] == [line for line in said.out.splitlines() if cells(line) > columns]


@pytest.mark.parametrize(
    ("declared", "environment", "said"),
    [
        ("", "zh", CHINESE),
        ("", "en", ENGLISH),
        ("zh", "en", ENGLISH),
        ("en", "zh", CHINESE),
        ('"zh"', "", CHINESE),
    ],
)
def test_the_language_is_that_of_the_run(shell: Shell, declared: str, environment: str, said: str):
    shell.tree.settings(language=declared)
    shell.env(MASSCTL_LANG=environment)
    assert said in shell("plan", "--help").out


def test_a_repository_elsewhere_is_asked(shell: Shell):
    shell.tree.settings(language="zh")
    shell.monkeypatch.chdir(shell.root.parent)
    assert CHINESE in shell("-C", shell.root.name, "plan", "--help").out
    assert ENGLISH in shell("plan", "--help").out


@pytest.mark.parametrize("settings", [b"language: zh\n- [", b"\xff\nlanguage: zh\n"])
def test_a_faulty_file_has_help_too(shell: Shell, settings: bytes):
    (shell.root / "massctl.yaml").write_bytes(settings)
    assert CHINESE in shell("plan", "--help").out


def test_flags_say_what_they_are_without_being_given(shell: Shell):
    shell.tree.settings(language="zh")
    said = shell("render", "--help").out
    assert "写到哪个文件夹。 [必填]" in said
    assert "[默认：text]" in shell("plan", "--help").out


def test_without_arguments_it_is_said_too(shell: Shell):
    shell.tree.settings(language="zh")
    said = shell()
    assert "用法：massctl [OPTIONS] COMMAND [ARGS]..." in said.out + said.err


CATALOGUE_READER = "pkgutil"
"""What reads the compiled catalogue, and nothing else that help needs."""


def test_it_loads_no_models_and_english_no_chinese(shell: Shell):
    tree = shell.tree
    tree.settings(language="zh")
    assert {CATALOGUE_READER} == ({CATALOGUE_READER, *HEAVY} & loaded(tree, "--help"))
    tree.settings(language="en")
    assert CATALOGUE_READER not in loaded(tree, "plan", "--help")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "command", ["--help", "plan --help", "state --help", "state import --help"]
)
def test_help_fits_a_narrow_window(shell: Shell, language: str, command: str) -> None:
    shell.env(MASSCTL_LANG=language)
    told = shell(*command.split(), columns=40).out
    assert [] == [line for line in told.splitlines() if cells(line) > 40]
    assert "--help" in told
    assert ("用法" if language == "zh" else "Usage:") in told


@pytest.mark.parametrize(
    "command", ["speed get --sandbox", "state init --sandbox", "comments open letter --sandbox"]
)
def test_sentences_fit_a_narrow_window(shell: Shell, command: str) -> None:
    narrow = shell(*command.split(), columns=40)
    assert [] == [line for line in (narrow.out + narrow.err).splitlines() if cells(line) > 40]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_piped_help_is_not_wrapped_and_a_wide_window_is_used(shell: Shell, language: str) -> None:
    shell.env(MASSCTL_LANG=language)
    piped, wide = shell("apply", "--help").out, shell("apply", "--help", columns=120).out
    assert max(map(cells, piped.splitlines())) > 80
    assert 80 < max(map(cells, wide.splitlines())) <= 120
    assert "".join(piped.split()) == "".join(wide.split())
