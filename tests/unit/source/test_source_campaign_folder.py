"""A campaign's folder for the openids that its list did not reach."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from building import folder_of

from massctl.errors import UsageError
from massctl.model.ids import CampaignName
from massctl.source import campaign_folder
from massctl.source.campaign_folder import copied_for_rest, put_in_place, unfinished_folder
from massctl.source.matrix import campaign_document
from massctl.source.repository import Repository

NAME, REST = CampaignName("letter"), CampaignName("rest")
WINDOW = "not_before: 2026-12-01T20:00:00+08:00, not_after: 2026-12-01T22:00:00+08:00"
HEAD = "# to members\nversion: 1\ntitle: '会员: 来信'   # shown to people\naccount: main\n"
TEXT = 'text:\n  content: "no"\n'


def written(root: Path, yaml: str, **files: str) -> Path:
    """Copy a campaign of this YAML and give the folder that was made."""
    folder = root / "campaigns" / NAME
    for name, content in {"campaign.yaml": yaml, **files}.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    repository = Repository(root)
    with copied_for_rest(
        repository, NAME, folder_of(REST), iter(["oB00002", "oC00003"]), root / ".massctl"
    ):
        put_in_place(repository, folder_of(REST), root / ".massctl")
    return root / "campaigns" / REST


@pytest.mark.parametrize(
    ("declared", "left"),
    [
        ("edition: 2\n", ""),
        (f"send: {{{WINDOW}}}\n", ""),
        (f"send: {{{WINDOW}, same_content: allow}}\n", "send: {same_content: allow}\n"),
        ("send:\n  over_limit: allow\n", "send:\n  over_limit: allow\n"),
    ],
)
def test_edition_and_window_are_left_out_and_nothing_else(
    tmp_path: Path, declared: str, left: str
) -> None:
    made = written(tmp_path, f"{HEAD}audience: {{openids: lists/all.txt}}\n{declared}{TEXT}")
    assert f"{HEAD}audience: {{openids: unsent.txt}}\n{left}{TEXT}" == (
        made / "campaign.yaml"
    ).read_text("utf-8")
    assert "oB00002\noC00003\n" == (made / "unsent.txt").read_text("utf-8")


def test_no_other_line_is_written_anew(tmp_path: Path) -> None:
    """A tab behind a colon, odd indentation and a long line are as valid as any."""
    rest = f"author:\tx\nvars: [1,2 ,  {'字' * 5000}]   # a, b\n" + TEXT.replace(
        "  content", "     content"
    )
    send = "send:\n    # when\n    not_before: 2026-12-01T20:00:00+08:00\n    same_content: allow\n"
    made = written(
        tmp_path, f"{HEAD}audience:\n   openids: 'lists/all.txt' # all\n{send}edition: 3\n{rest}"
    )
    left = "send:\n    # when\n    same_content: allow\n"
    assert f"{HEAD}audience:\n   openids: unsent.txt # all\n{left}{rest}" == (
        made / "campaign.yaml"
    ).read_text("utf-8")


def test_the_old_list_the_lock_and_what_editors_leave_stay_behind(tmp_path: Path) -> None:
    files = {
        "lists__all.txt": "oA00001\n",
        "images__a.txt": "a",
        "campaign.lock.json": "{}",
        "x~": "",
        ".swp": "",
    }
    made = written(tmp_path, f"{HEAD}audience: {{openids: lists/all.txt}}\n{TEXT}", **files)
    found = sorted(str(each.relative_to(made)) for each in made.rglob("*") if each.is_file())
    assert ["campaign.yaml", "images/a.txt", "unsent.txt"] == found
    assert [NAME, REST] == sorted(each.name for each in (tmp_path / "campaigns").iterdir())


def test_a_shared_list_stays_where_it_is(tmp_path: Path) -> None:
    made = written(tmp_path, f"{HEAD}audience: {{openids: _shared/all.txt}}\n{TEXT}")
    assert "openids: unsent.txt" in (made / "campaign.yaml").read_text("utf-8")


def test_what_cannot_be_copied_to_the_letter_is_refused(tmp_path: Path) -> None:
    """What an alias stands for is written elsewhere, and would change with it."""
    shared = "audience: &a {openids: all.txt}\nvars: {day: 2026-12-01T20:00:00+08:00, same: *a}\n"
    with pytest.raises(UsageError, match="cannot be copied"):
        written(tmp_path, f"{HEAD}{shared}{TEXT}")
    assert [NAME] == [each.name for each in (tmp_path / "campaigns").iterdir()]


class Killed(BaseException):
    """The process ends where it stands."""


def test_a_kill_leaves_nothing_among_the_campaigns_and_the_next_run_nothing_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(folder: Path, **_: object) -> None:
        if folder.exists():
            raise Killed

    def openids() -> Iterator[str]:
        yield "oB00002"
        monkeypatch.setattr(campaign_folder.shutil, "rmtree", kill)
        raise Killed

    made = written(tmp_path, f"{HEAD}audience: {{openids: all.txt}}\n{TEXT}")
    campaign_folder.shutil.rmtree(made)
    with (
        pytest.raises(Killed),
        copied_for_rest(
            Repository(tmp_path), NAME, folder_of(REST), openids(), tmp_path / ".massctl"
        ),
    ):
        pass
    monkeypatch.undo()
    (left,) = (tmp_path / ".massctl").iterdir()
    os.utime(left.rename(left.with_name("new-0")), (0, 0))
    assert [NAME] == [each.name for each in (tmp_path / "campaigns").iterdir()]
    assert list((tmp_path / ".massctl").rglob("campaign.yaml"))
    with copied_for_rest(
        Repository(tmp_path), NAME, folder_of("other"), iter(["oB"]), tmp_path / ".massctl"
    ):
        put_in_place(Repository(tmp_path), folder_of("other"), tmp_path / ".massctl")
    assert ([], [NAME, "other"]) == (
        list((tmp_path / ".massctl").rglob("*")),
        sorted(each.name for each in (tmp_path / "campaigns").iterdir()),
    )


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "campaigns" / REST).mkdir(parents=True)
    (tmp_path / "campaigns" / REST / "mine").write_text("")
    with pytest.raises(UsageError, match="campaigns/rest already exists"):
        written(tmp_path, f"{HEAD}audience: {{openids: all.txt}}\n{TEXT}")
    assert ["mine"] == [each.name for each in (tmp_path / "campaigns" / REST).iterdir()]


def test_of_two_runs_that_make_one_campaign_at_once_the_second_is_told_that_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, own, cache = Repository(tmp_path), folder_of(REST), tmp_path / ".massctl"
    with unfinished_folder(repository, own, cache) as slow:
        (slow / "slow").write_text("")
        with monkeypatch.context() as other, unfinished_folder_of(other, repository, cache) as fast:
            (fast / "fast").write_text("")
            assert ["campaigns/rest/fast"] == put_in_place(repository, own, cache)
        with pytest.raises(UsageError, match="campaigns/rest already exists"):
            put_in_place(repository, own, cache)
    assert ["fast"] == [each.name for each in (tmp_path / "campaigns" / REST).iterdir()]


def unfinished_folder_of(
    other: pytest.MonkeyPatch, repository: Repository, cache: Path
) -> AbstractContextManager[Path]:
    """Make the folder as another process does."""
    other.setattr(campaign_folder, "_UNFINISHED", "new-0")
    return unfinished_folder(repository, folder_of(REST), cache)


def test_the_rest_of_a_cell_is_a_campaign_without_a_matrix(tmp_path: Path) -> None:
    """The other cells have campaigns of their own, which a copy would send once more."""
    folder = tmp_path / "campaigns/letter"
    folder.mkdir(parents=True)
    (folder / "campaign.yaml").write_text(
        "version: 1\naudience: {is_to_all: true}\nvars: {city: 上海, year: 2026}\nmatrix:\n"
        "  - {name: east, account: east}\n"
        "  - {name: vip, account: west, audience: {openids: vip.txt}, vars: {city: 成都}}\n" + TEXT,
        encoding="utf-8",
    )
    (folder / "vip.txt").write_text("oA00001\n", encoding="utf-8")
    cell, cache = CampaignName("letter@vip"), tmp_path / ".massctl"
    with copied_for_rest(Repository(tmp_path), cell, folder_of(REST), iter(["oB00002"]), cache):
        put_in_place(Repository(tmp_path), folder_of(REST), cache)
    made = tmp_path / "campaigns/rest"
    data = (made / "campaign.yaml").read_bytes()
    assert {
        "version": 1,
        "account": "west",
        "audience": {"openids": "unsent.txt"},
        "vars": {"city": "成都", "year": 2026},
        "text": {"content": "no"},
    } == campaign_document(data, "campaign.yaml", "rest").data
    assert ["campaign.yaml", "unsent.txt"] == sorted(each.name for each in made.iterdir())
