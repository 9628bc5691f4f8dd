"""Locks on disk that no massctl wrote, and folders that cannot take one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from massctl.errors import UsageError
from massctl.model.ids import CampaignName, Sha256, sha256_of
from massctl.model.lock import RENDERER, body_files, lock_digest, lock_document, lock_text, sources_text
from massctl.model.message import RenderedCampaign
from massctl.model.settings import Account
from massctl.plan.steps import Refusal
from massctl.render.campaign import render_campaign
from massctl.source.campaigns import load_campaign, load_settings
from massctl.source.desired import Workbench
from massctl.source.lock_files import DamagedLockError, read_lock, read_sources, write_lock, written_files
from massctl.source.locked import LockReader
from massctl.source.repository import Repository
from massctl.source.witness import Witness

NAME = CampaignName("spring")
CAMPAIGN = """\
version: 1
account: main
audience: {is_to_all: true}
mpnews: {articles: [{title: 春, content: main.html, cover: cover.png}]}
"""
SAMPLES = Path(__file__).parents[3] / "campaigns"
COVER = (SAMPLES / "_shared/images/footer.png").read_bytes()
HERO = (SAMPLES / "2026-autumn-walks/images/elevation.png").read_bytes()
Read = Callable[..., RenderedCampaign | Refusal]


@pytest.fixture
def read(repository: Repository) -> Read:
    """Lock a campaign as `massctl lock` does, and read it back through a change of its lock and body."""
    folder = repository.root / "campaigns/spring"
    (folder / "campaign.yaml").write_text(CAMPAIGN, encoding="utf-8")
    (folder / "main.html").write_text('<p>你好<img src="hero.png"></p>', encoding="utf-8")
    (folder / "cover.png").write_bytes(COVER)
    (folder / "hero.png").write_bytes(HERO)
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    account: Account = settings.accounts["main"]
    loaded = load_campaign(repository, NAME, settings)
    assert loaded.file is not None
    file = loaded.file
    bench = Workbench(repository, settings, repository.root / ".massctl")
    witness = Witness(bench)
    campaign, found = render_campaign(
        NAME,
        file,
        account=account,
        inputs=witness,
        source_sha256=Sha256("0" * 64),
        place=loaded.place,
    )
    assert campaign is not None, found

    def through(change: Callable[[dict[str, Any]], None], body: bytes | None = None, *, now: Any = None) -> Any:
        document = lock_document(campaign, RENDERER)
        change(document)
        document["digest"] = lock_digest(document)
        bodies = body_files(campaign) if body is None else {"article-1.html": body}
        sources = witness.sources(document["digest"], file, account)
        contents = {
            "campaign.lock.json": lock_text(document).encode(),
            "campaign.sources.json": sources_text(sources).encode(),
            **{f"rendered/{name}": data for name, data in bodies.items()},
        }
        write_lock(repository.root, NAME, contents)
        return LockReader(repository, bench, NAME, file, account).read(lambda: now or campaign)

    return through


def with_body(body: bytes) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["message"]["articles"][0]["content_sha256"] = "sha256:" + sha256_of(body)

    return change


def test_a_lock_as_it_was_written_gives_the_campaign(read: Read) -> None:
    assert isinstance(read(lambda _: None), RenderedCampaign)


FOREIGN = b'<p><img src="massctl-picture:' + b"0" * 64 + b'"></p>'
FORGED: list[tuple[Callable[[dict[str, Any]], None], bytes | None, str]] = [
    (lambda lock: lock["pictures"].pop(), None, "differs from what the files render, the picture hero.png"),
    (lambda lock: lock["pictures"].pop(0), None, "differs from what the files render, the picture cover.png"),
    (with_body(FOREIGN), FOREIGN, "differs from what the files render, the text of article 1"),
    (with_body(b"\xff"), b"\xff", "differs from what the files render, the text of article 1"),
    (
        lambda lock: lock.update(renderer="massctl 0.0.9") or with_body(b"x")(lock),
        b"x",
        f"{RENDERER} renders it differently than massctl 0.0.9 did, the text of article 1",
    ),
    (
        lambda lock: lock["message"]["articles"][0].update(content_chars=1),
        None,
        "campaign.lock.json was changed by hand",
    ),
    (lambda lock: lock["message"].update(articles=[]), None, "campaign.lock.json is not what massctl wrote"),
    (
        lambda lock: lock["pictures"][0].update(path="../../massctl.yaml"),
        None,
        "campaign.lock.json was changed by hand",
    ),
    (
        lambda lock: lock["pictures"][0].update({"as": "image"}),
        None,
        "differs from what the files render, the picture cover.png",
    ),
    (lambda lock: lock["pictures"][0].update(bytes=1), None, "campaign.lock.json was changed by hand"),
]


@pytest.mark.parametrize(("change", "body", "named"), FORGED)
def test_a_lock_that_fits_its_digest_and_nothing_else_is_stale(
    read: Read, change: Callable[[dict[str, Any]], None], body: bytes | None, named: str
) -> None:
    found = read(change, body)
    assert isinstance(found, Refusal)
    assert ("lock_stale", True) == (found.guard.value, named in found.message), found.message


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"{}", b"[" * 100_000, b'{"digest": NaN}'])
def test_what_is_no_lock_is_damaged(repository: Repository, data: bytes) -> None:
    for file in ("campaign.lock.json", "campaign.sources.json"):
        (repository.root / "campaigns/spring" / file).write_bytes(data)
    with pytest.raises(DamagedLockError):
        read_lock(repository, NAME)
    with pytest.raises(DamagedLockError):
        read_sources(repository, NAME)


def test_a_lock_that_is_a_link_out_is_not_read(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text("{}", encoding="utf-8")
    (repository.root / "campaigns/spring/campaign.lock.json").symlink_to(tmp_path / "outside.json")
    with pytest.raises(DamagedLockError, match="cannot be read"):
        read_lock(repository, NAME)


def test_no_lock_is_none(repository: Repository) -> None:
    assert (None, None, {}) == (
        read_lock(repository, NAME),
        read_sources(repository, NAME),
        written_files(repository.root, NAME),
    )


CONTENTS = {"campaign.lock.json": b"lock", "rendered/article-1.html": b"body"}


def test_a_first_lock_that_fails_leaves_no_file(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    really = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if target.name == "campaign.lock.json":
            raise OSError(28, "No space left on device")
        return really(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(UsageError, match="cannot be locked"):
        write_lock(repository.root, NAME, CONTENTS)
    assert {} == written_files(repository.root, NAME)


def test_a_folder_among_the_bodies_is_in_the_way(repository: Repository) -> None:
    write_lock(repository.root, NAME, CONTENTS)
    (repository.root / "campaigns/spring/rendered/notes").mkdir()
    with pytest.raises(UsageError, match="cannot be locked"):
        write_lock(repository.root, NAME, {**CONTENTS, "campaign.lock.json": b"new"})
    assert {**CONTENTS, "rendered/notes": None} == written_files(repository.root, NAME)


def test_what_massctl_writes_is_no_part_of_the_folder_s_digest(repository: Repository) -> None:
    before = repository.folder_digest(NAME)
    write_lock(repository.root, NAME, {**CONTENTS, "campaign.sources.json": b"sources"})
    assert before == repository.folder_digest(NAME)
