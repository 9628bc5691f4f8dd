"""The forges as a table: one that a test adds is opened like ours."""

from typing import ClassVar, get_args

import pytest
from fake_forge import REPOSITORY, FakeGitLab

from massctl.cli.forge import forge_of
from massctl.forge.gitlab import GitLab
from massctl.forge.registry import FORGES
from massctl.model.settings import ForgeSettings, MassctlFile
from massctl.transport import Line

SETTINGS = MassctlFile.model_construct(
    forge=ForgeSettings.model_construct(
        kind="gitea", repository=REPOSITORY, api=None, token_env="FORGE_TOKEN"
    )
)
ENVIRONMENT = {"FORGE_TOKEN": "secret"}


class Gitea(GitLab):
    """A third forge."""

    name: ClassVar = "Gitea"
    public_api: ClassVar = "https://gitea.test/api/v4"


def test_massctl_yaml_may_name_each_forge_of_the_table() -> None:
    assert set(FORGES) == set(get_args(ForgeSettings.model_fields["kind"].annotation))


def test_a_forge_that_a_row_adds_is_asked_like_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("massctl.cli.forge.FORGES", {**FORGES, "gitea": Gitea})
    server = FakeGitLab()

    forge = forge_of(Line(inside=server), SETTINGS, ENVIRONMENT)
    assert forge is not None

    forge.comment(7, "sent")
    assert "Gitea" == forge.name
    assert ["sent"] == [each["body"] for each in server.notes[7]]
