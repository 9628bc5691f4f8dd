"""What a message was made from is noted while it is read, and compared with the disk of later."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from repositories import Tree, png

from massctl.model.ids import CampaignName, sha256_of
from massctl.model.inputs import CHANGED, MISSING, JudgedInputs
from massctl.model.message import RenderedCampaign
from massctl.model.state import State
from massctl.source.loader import Desires, WorkingTree
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

SHARED = "campaigns/_shared/logo.png"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Two campaigns of news that show one shared picture, and a third of words."""
    tree = Tree(tmp_path / "repository")
    for name in ("a", "b"):
        tree.news(name, body="![风](images/river.png)\n\n![店](_shared/logo.png)\n")
    tree.text("words")
    tree.write(SHARED, png((9, 9, 9)))
    return tree


def read(tree: Tree, cache: Path) -> dict[str, JudgedInputs]:
    """Read all campaigns, and give what each was made from."""
    repository = Repository(tree.root)
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    desires = Desires(WorkingTree(repository, settings, cache), State())
    found = [getattr(each, "rendered", each) for each in desires.read(["a", "b", "words"])]
    return {
        each.name: each.inputs
        for each in found
        if isinstance(each, RenderedCampaign) and each.inputs is not None
    }


def test_every_file_of_a_message_is_noted_for_it_also_one_that_another_campaign_read(
    tree: Tree, tmp_path: Path
) -> None:
    found = read(tree, tmp_path / "cache")
    assert {"a", "b", "words"} == found.keys()
    for name in ("a", "b"):
        files, folder = dict(found[name].files), f"campaigns/{name}"
        for path in ("campaign.yaml", "articles/main.md", "images/cover.png", "images/river.png"):
            assert sha256_of((tree.root / folder / path).read_bytes()) == files[f"{folder}/{path}"]
        assert sha256_of((tree.root / SHARED).read_bytes()) == files[SHARED]
        # It is looked for beside the article first.
        assert MISSING == files[f"{folder}/articles/images/river.png"]
    # That nothing is inherited was looked for too.
    assert ["campaigns/_defaults.yaml", "campaigns/words/campaign.yaml"] == sorted(
        dict(found["words"].files)
    )
    assert [None] == [tree_changed(tree, each) for each in found.values()][:1]


def tree_changed(tree: Tree, inputs: JudgedInputs) -> str | None:
    return Repository(tree.root).changed_since(dict(inputs.files))


def edit(tree: Tree) -> None:
    tree.write("campaigns/a/articles/main.md", "别的")


def put_before(tree: Tree) -> None:
    tree.write("campaigns/a/articles/images/river.png", png((1, 1, 1)))


def take_away(tree: Tree) -> None:
    (tree.root / SHARED).unlink()


def link(tree: Tree) -> None:
    picture = tree.root / "campaigns/a/images/river.png"
    tree.write("campaigns/a/other.png", png((5, 5, 5)))
    picture.unlink()
    picture.symlink_to("../other.png")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (edit, "campaigns/a/articles/main.md"),
        (put_before, "campaigns/a/articles/images/river.png"),
        (take_away, SHARED),
        (link, "campaigns/a/images/river.png"),
    ],
)
def test_a_change_is_found_by_its_path(
    tree: Tree, tmp_path: Path, change: Callable[[Tree], None], path: str
) -> None:
    found = read(tree, tmp_path / "cache")
    change(tree)
    assert path == tree_changed(tree, found["a"])
    assert None is tree_changed(tree, found["words"])


def test_a_file_beside_a_message_changes_nothing(tree: Tree, tmp_path: Path) -> None:
    found = read(tree, tmp_path / "cache")
    tree.write("campaigns/a/notes.md", "记一笔")
    assert None is tree_changed(tree, found["a"])


def test_what_is_read_beside_the_child_is_judged_too(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = WorkingTree.rendered

    def reading(self: WorkingTree, name: CampaignName, *more: Any) -> Any:
        self.repository.read_bytes(f"campaigns/{name}/notes.md", 99)
        return rendered(self, name, *more)

    monkeypatch.setattr(WorkingTree, "rendered", reading)
    monkeypatch.setattr("massctl.child.CHILDREN_MAX", 2)
    for each in ("a", "b", "words"):
        tree.write(f"campaigns/{each}/notes.md", "记一笔")
    found = read(tree, tmp_path / "cache")
    tree.write("campaigns/a/notes.md", "别的")
    assert "campaigns/a/notes.md" == tree_changed(tree, found["a"])
    assert None is tree_changed(tree, found["words"])


def test_what_one_thread_reads_is_not_judged_for_another_one(tree: Tree) -> None:
    repository = Repository(tree.root)
    paths = [f"campaigns/{each}/campaign.yaml" for each in ("a", "words")]

    def reading(path: str) -> set[str]:
        with repository.judging() as read:
            repository.read_bytes(path, 1 << 20)
        return {*read}

    with repository.judging() as read, ThreadPoolExecutor() as pool:
        repository.read_bytes(paths[0], 1 << 20)
        assert {paths[1]} == pool.submit(reading, paths[1]).result()
    assert {paths[0]} == {*read}


def test_a_file_that_was_read_twice_and_was_two_things_equals_nothing(tree: Tree) -> None:
    repository = Repository(tree.root)
    with repository.judging() as before:
        repository.read_bytes("campaigns/words/campaign.yaml", 1 << 20)
    tree.text("words", content="别的")
    with repository.judging() as after:
        repository.read_bytes("campaigns/words/campaign.yaml", 1 << 20)
    assert (
        CHANGED == after["campaigns/words/campaign.yaml"] != before["campaigns/words/campaign.yaml"]
    )
    assert "campaigns/words/campaign.yaml" == repository.changed_since(after)


@pytest.mark.parametrize("bytes_more", [0, 1])
def test_a_file_that_was_too_large_for_its_place_is_compared_by_that_bound(
    tree: Tree, bytes_more: int
) -> None:
    """A reader that looks in two places may take the second; the first must still be too large."""
    repository, path = Repository(tree.root), "campaigns/a/big.bin"
    tree.write(path, b"x" * 11)
    with repository.judging() as read, pytest.raises(Exception, match="larger than 10 bytes"):
        repository.read_bytes(path, 10)
    tree.write(path, b"x" * (10 + bytes_more))
    assert (None if bytes_more else path) == repository.changed_since(read)


def test_settings_are_named_but_for_what_is_read_again_before_each_send(tree: Tree) -> None:
    def named() -> str:
        settings, _ = load_settings(Repository(tree.root), loopback_override=None)
        assert settings is not None
        return settings.declared_sha256

    before = named()
    tree.settings(
        policy="  sending: disabled\n", state="state:\n  lineage: 01JDXW00000000000000000000\n"
    )
    assert before == named()
    tree.settings(account="    name: 别的号\n")
    assert before != named()
