"""What the tests of this room share: campaigns as text, and a repository on disk."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from massctl.model.diagnostics import Diagnostic
from massctl.model.ids import CampaignName
from massctl.model.settings import MassctlFile
from massctl.source.campaigns import Loaded, load_campaign
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

SETTINGS = """\
version: 1
accounts:
  main:
    appid: wx0123456789abcdef
    secret_env: WECHAT_MAIN_SECRET
    kind: service
"""
LoadCampaign = Callable[..., Loaded]
LoadSettings = Callable[..., tuple[MassctlFile | None, list[Diagnostic]]]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "massctl.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "campaigns" / "spring").mkdir(parents=True)
    return Repository(tmp_path)


@pytest.fixture
def campaign(repository: Repository) -> LoadCampaign:
    """Load a campaign.yaml given as text or bytes."""

    def load(text: str | bytes) -> Loaded:
        data = text if isinstance(text, bytes) else dedent(text).encode()
        (repository.root / "campaigns/spring/campaign.yaml").write_bytes(data)
        settings, _ = load_settings(repository, loopback_override=None)
        return load_campaign(repository, CampaignName("spring"), settings)

    return load


@pytest.fixture
def settings(repository: Repository) -> LoadSettings:
    """Load a massctl.yaml given as text."""

    def load(text: str, override: str | None = None) -> tuple[MassctlFile | None, list[Diagnostic]]:
        (repository.root / "massctl.yaml").write_text(dedent(text), encoding="utf-8")
        return load_settings(repository, loopback_override=override)

    return load
