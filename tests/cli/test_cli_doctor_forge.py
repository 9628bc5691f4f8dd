"""`massctl doctor --forge`: what a person reads of how the repository on GitHub is protected."""

import re
from functools import partial

import pytest
from cli_runner import Shell
from fake_settings import REPOSITORY, FakeSettings
from gits import git
from published import misfits

from massctl.cli.commands import doctor
from massctl.view.cells import cells


@pytest.fixture
def forge(shell: Shell) -> FakeSettings:
    """The team's repository on GitHub, after every step; the token is an administrator's."""
    made = FakeSettings()
    shell.tree.settings()
    git(shell.root, "init", "-q")
    git(shell.root, "remote", "add", "origin", f"https://github.com/{REPOSITORY}.git")
    shell.monkeypatch.setattr(doctor, "examine_forge", partial(doctor.examine_forge, inside=made))
    shell.monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    shell.monkeypatch.delenv("GITHUB_API_URL", raising=False)
    shell.env(GH_TOKEN="gho_token")
    return made


def test_after_every_step_nothing_is_wrong_and_no_secret_of_wechat_is_needed(
    shell: Shell, forge: FakeSettings
) -> None:
    said = shell("doctor", "--forge")

    assert (0, "") == (said.status, said.err)
    assert "✗" not in said.out
    assert "gho_token" not in said.out


def test_each_line_says_what_it_exposes_and_the_command_that_mends_it(
    shell: Shell, forge: FakeSettings
) -> None:
    forge.answers["actions/secrets"] = {"secrets": [{"name": "WECHAT_MAIN_SECRET"}]}
    shell.env(NO_COLOR="1")
    said = shell("doctor", "--forge", columns=100)

    assert 1 == said.status
    assert "✗ WECHAT_MAIN_SECRET is a secret of the repository" in said.out
    assert f"gh secret delete WECHAT_MAIN_SECRET --repo {REPOSITORY}\n" in said.out


@pytest.mark.parametrize("columns", [40, 200])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_fits_the_terminal(
    shell: Shell, forge: FakeSettings, columns: int, language: str
) -> None:
    forge.rulesets, forge.answers["keys"] = {}, []
    shell.env(MASSCTL_LANG=language, NO_COLOR="1")
    lines = shell("doctor", "--forge", columns=columns).out.splitlines()

    # An address that a shell cannot break stays whole, alone on its line.
    wide = [line.rstrip("\\").split() for line in lines if cells(line) > columns]
    assert [] == [words for words in wide if len(words) > 1]
    assert (language == "zh") == bool(re.search(r"[\u4e00-\u9fff]", "".join(lines)))


def test_the_document_is_that_of_doctor(shell: Shell, forge: FakeSettings) -> None:
    forge.forbidden = frozenset({"keys"})
    said = shell("doctor", "--forge", "--format", "json")

    assert [] == misfits("doctor", said.document)
    (unseen,) = [each for each in said.document["findings"] if each["level"] != "ok"]
    assert (0, "deploy_key", "unknown") == (said.status, unseen["check"], unseen["level"])


def test_gh_s_own_variable_counts_before_that_of_workflows(
    shell: Shell, forge: FakeSettings
) -> None:
    shell.env(GITHUB_TOKEN="ghs_of_a_workflow")
    assert 0 == shell("doctor", "--forge").status

    shell.env(GH_TOKEN="", GITHUB_TOKEN="gho_token")
    assert 0 == shell("doctor", "--forge").status


def test_without_a_token_it_says_how_to_get_one(shell: Shell, forge: FakeSettings) -> None:
    shell.env(GH_TOKEN="")
    said = shell("doctor", "--forge")

    assert (1, []) == (said.status, forge.asked)
    assert 'GH_TOKEN="$(gh auth token)" massctl doctor --forge' in said.err


def test_a_remote_elsewhere_is_refused_unless_the_repository_is_named(
    shell: Shell, forge: FakeSettings
) -> None:
    git(shell.root, "remote", "set-url", "origin", "git@gitee.com:my-company/letters.git")

    assert 2 == shell("doctor", "--forge").status
    assert 0 == shell("doctor", "--forge", "--repo", REPOSITORY).status


def test_a_repository_that_the_token_cannot_see_is_an_error(
    shell: Shell, forge: FakeSettings
) -> None:
    del forge.answers[""]
    said = shell("doctor", "--forge")

    assert (1, "") == (said.status, said.out)
    assert "404" in said.err


@pytest.mark.parametrize("flags", [("--forge", "--sandbox"), ("--repo", REPOSITORY)])
def test_flags_that_contradict_each_other_are_refused(shell: Shell, flags: tuple[str, ...]) -> None:
    shell.tree.settings()

    assert 2 == shell("doctor", *flags).status


def test_the_token_goes_only_to_an_address_that_is_encrypted(
    shell: Shell, forge: FakeSettings
) -> None:
    shell.env(GITHUB_API_URL="http://api.github.example")

    assert (1, []) == (shell("doctor", "--forge").status, forge.asked)
