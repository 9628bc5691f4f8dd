"""Locks on disk that no massctl wrote, and folders that cannot take one."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from building import folder_of
from copies import replace

from massctl.errors import UsageError
from massctl.model.ids import CampaignName, sha256_of
from massctl.model.lock import lock_digest, lock_document, lock_text
from massctl.model.message import RenderedCampaign
from massctl.model.state import State
from massctl.source.formulas import LIBRARIES, is_installed
from massctl.source.loader import Desires, WorkingTree
from massctl.source.locks import (
    RENDER_LIBRARIES,
    DamagedLockError,
    LockCheck,
    check_lock,
    lock_copies,
    put_lock,
    read_lock,
    renderer,
    write_locks,
)
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

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
Change = Callable[[dict[str, Any]], None]
Read = Callable[[Change], LockCheck]


@pytest.fixture
def campaign(repository: Repository) -> RenderedCampaign:
    """A campaign, rendered as `massctl lock` does."""
    folder = repository.root / "campaigns/spring"
    (folder / "campaign.yaml").write_text(CAMPAIGN, encoding="utf-8")
    (folder / "main.html").write_text('<p>你好<img src="hero.png"></p>', encoding="utf-8")
    (folder / "cover.png").write_bytes(COVER)
    (folder / "hero.png").write_bytes(HERO)
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    (found,) = Desires(
        WorkingTree(repository, settings, repository.root / ".massctl"), State()
    ).read([NAME])
    assert isinstance(found, RenderedCampaign), found
    return found


@pytest.fixture
def read(repository: Repository, campaign: RenderedCampaign) -> Read:
    """Put a lock that fits its own digest, with one change, and compare the campaign with it."""

    def through(change: Change) -> LockCheck:
        document = lock_document(campaign, renderer())
        change(document)
        document["digest"] = lock_digest(document)
        put_lock(repository.root, folder_of(NAME), lock_text(document).encode())
        return check_lock(repository, campaign)

    return through


def with_body(body: bytes) -> Change:
    def change(document: dict[str, Any]) -> None:
        document["message"]["articles"][0]["content_sha256"] = "sha256:" + sha256_of(body)

    return change


def test_a_lock_as_it_was_written_fits(read: Read) -> None:
    assert LockCheck() == read(lambda _: None)


def test_a_lock_by_other_versions_fits_while_it_renders_the_same(read: Read) -> None:
    found = read(
        lambda lock: lock.update(renderer=renderer().replace("massctl", "massctl 0.0.9, old"))
    )
    assert (None, (), True) == (found.refusal, found.differences, bool(found.versions))


@pytest.mark.parametrize(
    ("codes", "locked", "expected"),
    [
        (("https://a.cn",), ("https://a.cn",), False),
        (("https://a.cn",), ("https://b.cn",), True),
        (("https://a.cn",), (), True),
        ((), ("https://b.cn",), True),
        (None, ("https://b.cn",), False),
    ],
)
def test_what_pictures_hold_is_compared_where_it_can_be_read_and_refuses_nothing(
    repository: Repository,
    campaign: RenderedCampaign,
    codes: tuple[str, ...] | None,
    locked: tuple[str, ...],
    expected: bool,
) -> None:
    cover, hero = (replace(each, codes=()) for each in campaign.pictures)
    write_locks(repository.root, [replace(campaign, pictures=(cover, replace(hero, codes=locked)))])
    now = replace(campaign, pictures=(cover, replace(hero, codes=codes)))
    found = check_lock(repository, now, exactly=True)
    assert (None, expected) == (found.refusal, bool(found.differences))
    assert LockCheck() == check_lock(repository, now)


FORGED: list[tuple[Change, str]] = [
    (
        lambda lock: lock["pictures"].pop(),
        "your files changed since it was locked: the picture hero.png",
    ),
    (
        lambda lock: lock["pictures"].pop(0),
        "your files changed since it was locked: the picture cover.png",
    ),
    (with_body(b"x"), "your files changed since it was locked: the text of article 1"),
    (
        lambda lock: lock.update(links={"autumn/1": "https://x"}),
        "your files changed since it was locked: the link to",
    ),
    (
        lambda lock: lock.update(renderer="massctl 0.0.9") or with_body(b"x")(lock),
        "massctl changed since it was locked (massctl 0.0.9 → ",
    ),
    (
        lambda lock: lock["message"]["articles"][0].update(content_chars=1),
        "campaign.lock.json was changed by hand",
    ),
    (
        lambda lock: lock["message"].update(articles=[]),
        "campaign.lock.json is not what massctl wrote",
    ),
    (
        lambda lock: lock.update(links={"autumn": "https://x"}),
        "campaign.lock.json is not what massctl wrote",
    ),
    (
        lambda lock: lock["pictures"][0].update(path="../../massctl.yaml"),
        "the file of the picture ../../massctl.yaml",
    ),
    (
        lambda lock: lock["pictures"][0].update({"as": "image"}),
        "your files changed since it was locked: the picture",
    ),
    (lambda lock: lock["pictures"][0].update(bytes=1), "the file of the picture cover.png"),
    (lambda lock: lock["account"].update(name="other"), "the account's name"),
]


@pytest.mark.parametrize(("change", "named"), FORGED)
def test_a_lock_that_fits_its_digest_and_nothing_else_is_stale(
    read: Read, change: Change, named: str
) -> None:
    found = read(change).refusal
    assert found is not None
    assert ("lock_stale", True) == (found.guard.value, named in found.message), found.message


def test_the_renderer_lists_massctl_and_every_library_that_is_pinned() -> None:
    project = tomllib.loads(
        (Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8")
    )["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["math"]]
    pinned = [each.replace("==", " ") for each in declared if "==" in each]
    assert f"massctl {project['version']}, " + ", ".join(pinned) == renderer()
    assert len(RENDER_LIBRARIES) + len(LIBRARIES) == len(pinned)


def test_a_lock_names_what_draws_formulas_whether_it_is_installed_or_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = renderer.__wrapped__()
    assert "django-static-mathjax 3.2.2.1, quickjs-ng 0.17.0.2" in named
    monkeypatch.setitem(LIBRARIES, "quickjs-ng", "0.0.1")
    assert not is_installed()
    monkeypatch.setitem(LIBRARIES, "no-such-package", "1")
    assert not is_installed()


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"{}", b"[" * 100_000, b'{"digest": NaN}'])
def test_what_is_no_lock_is_damaged(repository: Repository, data: bytes) -> None:
    (repository.root / "campaigns/spring/campaign.lock.json").write_bytes(data)
    with pytest.raises(DamagedLockError):
        read_lock(repository, NAME)


def test_a_lock_that_is_a_link_out_is_not_read(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text("{}", encoding="utf-8")
    (repository.root / "campaigns/spring/campaign.lock.json").symlink_to(tmp_path / "outside.json")
    with pytest.raises(DamagedLockError, match="cannot be read"):
        read_lock(repository, NAME)


def test_no_lock_is_none(repository: Repository) -> None:
    assert (None, []) == (
        read_lock(repository, NAME),
        lock_copies(repository.root / folder_of(NAME)),
    )


def test_a_first_lock_that_fails_leaves_no_file(
    repository: Repository, campaign: RenderedCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(path: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    before = sorted(path.name for path in (repository.root / "campaigns/spring").iterdir())
    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(UsageError, match="cannot be locked"):
        write_locks(repository.root, [campaign])
    assert before == sorted(path.name for path in (repository.root / "campaigns/spring").iterdir())


def test_what_massctl_writes_is_no_part_of_the_folder_s_digest(
    repository: Repository, campaign: RenderedCampaign
) -> None:
    before = repository.folder_digest(NAME)
    assert {NAME: ["campaign.lock.json"]} == write_locks(repository.root, [campaign])
    assert before == repository.folder_digest(NAME)
    assert {NAME: []} == write_locks(repository.root, [campaign])


@pytest.mark.parametrize("folder", ["campaign.lock.json", "campaign.lock (2).json"])
def test_a_folder_in_the_way_is_found_before_anything_is_removed(
    repository: Repository, campaign: RenderedCampaign, folder: str
) -> None:
    here = repository.root / "campaigns/spring"
    (here / "campaign.lock (1).json").symlink_to("main.html")
    (here / folder / "inside").mkdir(parents=True)
    before = sorted(path.name for path in here.iterdir())
    with pytest.raises(UsageError) as caught:
        write_locks(repository.root, [campaign])

    assert (f"{folder} is a folder", "Nothing was changed.") == (
        str(caught.value.summary).partition(": ")[2],
        caught.value.detail,
    )
    assert before == sorted(path.name for path in here.iterdir())


def test_no_copy_is_removed_where_no_lock_can_be_written(
    repository: Repository, campaign: RenderedCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> tuple[int, str]:
        raise OSError(28, "No space left on device")

    copy = repository.root / "campaigns/spring/campaign.lock (1).json"
    copy.symlink_to("main.html")
    monkeypatch.setattr("tempfile.mkstemp", full)
    with pytest.raises(UsageError) as caught:
        write_locks(repository.root, [campaign])

    assert ("Its lock is as it was.", True) == (caught.value.detail, copy.is_symlink())


@pytest.mark.parametrize(
    ("fails", "says"),
    [
        (
            "pathlib.Path.replace",
            "Its lock is unchanged. These copies were removed: campaign.lock (1).json.",
        ),
        ("massctl.source.locks.flush", "Its lock was changed, but the disk did not confirm it."),
    ],
)
def test_a_failure_says_what_was_done_until_then(
    repository: Repository,
    campaign: RenderedCampaign,
    monkeypatch: pytest.MonkeyPatch,
    fails: str,
    says: str,
) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    (repository.root / "campaigns/spring/campaign.lock (1).json").symlink_to("main.html")
    monkeypatch.setattr(fails, broken)
    with pytest.raises(UsageError) as caught:
        write_locks(repository.root, [campaign])

    assert caught.value.detail.startswith(says)
