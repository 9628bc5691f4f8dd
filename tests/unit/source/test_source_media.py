"""Pictures by name: their bytes where they pass unchanged, else what they are made from and how."""

from io import BytesIO
from pathlib import Path

import pytest
from copies import replace
from PIL import Image

from massctl.errors import ConfigurationError
from massctl.model.diagnostics import Fault
from massctl.model.ids import CampaignName, Sha256, sha256_of
from massctl.model.message import Picture, picture_name
from massctl.picture.limits import AI_MARK_RECIPE, COVER_RECIPE, INLINE_RECIPE
from massctl.render.inputs import PicturePurpose
from massctl.source.loader import WorkingTree
from massctl.source.media import PictureCache, PictureFiles
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

OURS = Path(__file__).parents[3] / "campaigns/2026-autumn-walks/images"
WEBP = (OURS / "umbrellas.webp").read_bytes()
PNG = (OURS / "elevation.png").read_bytes()


SPRING = CampaignName("spring")


class Pictures:
    """Both ends: what a child prepares, and what its parent then reads."""

    def __init__(self, repository: Repository) -> None:
        self.folder = repository.root / ".massctl"
        self.cache, self.shelf = PictureCache(repository, self.folder), PictureFiles(repository)

    def picture(self, path: str, use: PicturePurpose) -> Picture | Fault:
        made = self.cache.picture(path, use)
        assert isinstance(made, Fault) or self.shelf.adopt(
            SPRING, self.folder, made, self.cache.produced[made.sha256]
        )
        return made

    def read(self, sha256: Sha256) -> bytes | None:
        return self.shelf.read(sha256)


def shelf(repository: Repository) -> Pictures:
    for name, data in (("a.webp", WEBP), ("a.png", PNG)):
        (repository.root / "campaigns/spring" / name).write_bytes(data)
    return Pictures(repository)


def found(shelf: Pictures, path: str, use: PicturePurpose = "inline") -> Picture:
    picture = shelf.picture(path, use)
    assert isinstance(picture, Picture)
    return picture


def test_what_passes_is_named_by_its_bytes(repository: Repository) -> None:
    pictures = shelf(repository)
    picture = found(pictures, "spring/a.png")
    assert (sha256_of(PNG), sha256_of(PNG), len(PNG)) == (
        picture.sha256,
        picture.source_sha256,
        picture.size_bytes,
    )
    assert PNG == pictures.read(picture.sha256)


@pytest.mark.parametrize(("use", "recipe"), [("inline", INLINE_RECIPE), ("cover", COVER_RECIPE)])
def test_what_is_converted_is_named_by_its_source_and_the_recipe(
    repository: Repository, use: PicturePurpose, recipe: str
) -> None:
    """Whatever an encoder makes of it: the bytes are found by that name, and their digest is told beside."""
    pictures = shelf(repository)
    picture = found(pictures, "spring/a.webp", use)
    assert picture_name(sha256_of(WEBP), recipe) == picture.sha256
    assert (sha256_of(WEBP), len(WEBP)) == (picture.source_sha256, picture.size_bytes)
    made = pictures.read(picture.sha256)
    assert made is not None
    assert (b"\xff\xd8", {picture.sha256: sha256_of(made)}) == (made[:2], pictures.cache.produced)


def in_webp(kind: bytes, content: bytes) -> bytes:
    """Put a chunk behind the others of a WebP."""
    data = WEBP + kind + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)
    return data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]


def test_a_mark_that_is_written_anew_belongs_to_the_name(repository: Repository) -> None:
    """The same file came out without its mark before: a lock of that is not of this."""
    file = BytesIO()
    Image.new("RGB", (9, 9)).save(file, "WEBP", xmp=b"<x><TC260:AIGC>{}</TC260:AIGC></x>")
    made = file.getvalue()
    for _ in range(2):
        pictures = shelf(repository)
        (repository.root / "campaigns/spring/made.webp").write_bytes(made)
        picture = found(pictures, "spring/made.webp")
        assert picture_name(sha256_of(made), f"{INLINE_RECIPE} {AI_MARK_RECIPE}") == picture.sha256
        assert b"TC260:AIGC" in (pictures.read(picture.sha256) or b"")


def test_a_lost_signature_is_told_again_by_the_cache(repository: Repository) -> None:
    path = repository.root / "campaigns/spring/signed.webp"
    for _ in range(2):
        pictures = shelf(repository)
        path.write_bytes(in_webp(b"C2PA", b"\0\0\0\x08jumb"))
        assert (True, False) == tuple(
            found(pictures, f"spring/{name}.webp").lost_c2pa for name in ("signed", "a")
        )


def kept(repository: Repository, name: str) -> Path:
    (path,) = (repository.root / ".massctl").rglob(name)
    return path


def test_bytes_in_the_cache_that_are_not_those_of_its_note_are_made_again(
    repository: Repository,
) -> None:
    first = shelf(repository)
    picture = found(first, "spring/a.webp")
    made = first.read(picture.sha256)
    kept(repository, picture.sha256).write_bytes(PNG)
    assert None is first.read(picture.sha256)
    again = shelf(repository)
    assert picture == found(again, "spring/a.webp")
    assert made == again.read(picture.sha256) == kept(repository, picture.sha256).read_bytes()


def test_what_another_process_prepared_is_read_by_its_name(repository: Repository) -> None:
    first = shelf(repository)
    pictures = [found(first, "spring/a.webp"), found(first, "spring/a.png")]
    second = shelf(repository)
    for each in pictures:
        second.shelf.adopt(SPRING, second.folder, each, first.cache.produced[each.sha256])
    assert [first.read(each.sha256) for each in pictures] == [
        second.read(each.sha256) for each in pictures
    ]


@pytest.fixture
def working_tree(repository: Repository) -> WorkingTree:
    shelf(repository)
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    return WorkingTree(repository, settings, repository.root / ".massctl")


def test_what_the_cache_lost_is_made_once_more(
    repository: Repository, working_tree: WorkingTree
) -> None:
    picture = working_tree.picture(SPRING, "spring/a.webp", "inline")
    assert isinstance(picture, Picture)
    made = working_tree.read(picture.sha256)
    kept(repository, picture.sha256).unlink()
    assert made == working_tree.read(picture.sha256)


def test_a_cache_that_keeps_nothing_is_told(
    repository: Repository, working_tree: WorkingTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PictureCache, "_keep", lambda *_: None)
    picture = working_tree.picture(SPRING, "spring/a.webp", "inline")
    assert isinstance(picture, Picture)
    with pytest.raises(ConfigurationError, match="is not in the cache"):
        working_tree.read(picture.sha256)


def test_a_file_that_was_changed_meanwhile_is_not_read(
    repository: Repository, working_tree: WorkingTree
) -> None:
    found = [
        working_tree.picture(SPRING, path, "inline") for path in ("spring/a.png", "spring/a.webp")
    ]
    names = [each.sha256 for each in found if isinstance(each, Picture)]
    kept(repository, names[1]).unlink()
    for path in ("a.png", "a.webp"):
        (repository.root / "campaigns/spring" / path).write_bytes(b"other")
    for name in names:
        with pytest.raises(ConfigurationError, match="changed while massctl was running"):
            working_tree.read(name)


def test_a_refused_name_keeps_no_other_campaign_from_its_picture(repository: Repository) -> None:
    pictures = shelf(repository)
    made = pictures.cache.picture("spring/a.webp", "inline")
    assert isinstance(made, Picture)
    own, other = PictureFiles(repository), sha256_of(b"other")
    assert not own.adopt(SPRING, pictures.folder, replace(made, source_sha256=other), other)
    assert own.adopt(SPRING, pictures.folder, made, pictures.cache.produced[made.sha256])
