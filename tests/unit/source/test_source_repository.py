"""Files are read inside the repository and nowhere else."""

import os
import socket
from pathlib import Path

import pytest
from building import folder_of
from gits import git

from massctl.model.ids import CampaignName
from massctl.source.campaigns import load_campaign
from massctl.source.repository import TEXT_BYTES_MAX, Repository, UnreadableError
from massctl.source.text import YAML_BYTES_MAX

SPRING = CampaignName("spring")


def put(repository: Repository, path: str, data: bytes = b"x") -> Path:
    file = repository.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def refused(repository: Repository, path: str) -> str:
    with pytest.raises(UnreadableError) as caught:
        repository.read_bytes(path, 100)
    return caught.value.code


def test_folders_are_campaigns_strays_or_shared(repository: Repository) -> None:
    for name in ("b.2", "a_1", "_shared", "Bad", "春季", ".git", "x" * 65):
        (repository.root / "campaigns" / name).mkdir()
    put(repository, "campaigns/README.md")
    folders = repository.campaign_folders
    assert ("a_1", "b.2", "spring") == folders.names
    places = [d.place and d.place.file for d in folders.diagnostics]
    assert ["campaigns/.git", "campaigns/Bad", "campaigns/" + "x" * 65, "campaigns/春季"] == places
    assert {"MC010"} == {d.code for d in folders.diagnostics}


def test_folders_that_differ_only_by_case_are_faults_that_name_each_other(
    repository: Repository,
) -> None:
    for name in ("Spring", "_shared", "_Shared", "b.2"):
        (repository.root / "campaigns" / name).mkdir()
    put(repository, "campaigns/B.2")
    folders = repository.campaign_folders
    assert (("b.2", "spring"), ["spring"]) == (folders.names, [*folders.twins])
    found = [*folders.diagnostics, folders.twins[SPRING]]
    assert [
        ("MC034", "campaigns/Spring", None, "Spring and spring differ only by case"),
        ("MC034", "campaigns/_Shared", None, "_Shared and _shared differ only by case"),
        ("MC034", "campaigns/_shared", None, "_shared and _Shared differ only by case"),
        ("MC034", "campaigns/spring", "spring", "spring and Spring differ only by case"),
    ] == [
        (each.code, each.place and each.place.file, each.campaign, each.message) for each in found
    ]


@pytest.mark.parametrize("in_git", [True, False])
@pytest.mark.parametrize(
    ("paths", "refused"),
    [
        (("images/Hero.png", "images/hero.png"), "images/Hero.png and images/hero.png"),
        (("Images/a.png", "images/b.png"), "Images and images"),
        (("a.png", "images/a.png", ".A.png", ".a.png"), None),
        (("straße.png", "strasse.png"), None),
    ],
)
def test_files_of_a_campaign_that_differ_only_by_case_are_refused(
    repository: Repository, paths: tuple[str, ...], refused: str | None, in_git: bool
) -> None:
    if in_git:
        git(repository.root, "init", "-q")
    for path in paths:
        put(repository, f"campaigns/spring/{path}")
    if refused is None:
        repository.require_one_case(folder_of(SPRING))
        return
    with pytest.raises(UnreadableError, match=f"^{refused} differ only by case$") as caught:
        repository.require_one_case(folder_of(SPRING))
    assert "MC034" == caught.value.code


def test_a_file_that_was_renamed_to_another_case_and_not_yet_committed_is_no_fault(
    repository: Repository,
) -> None:
    git(repository.root, "init", "-q")
    file = put(repository, "campaigns/spring/Hero.png")
    git(repository.root, "add", ".")
    file.rename(file.with_name("hero.png"))
    repository.require_one_case(folder_of(SPRING))


def test_a_folder_whose_name_is_no_text_can_be_reported(repository: Repository) -> None:
    os.mkdir(os.fsencode(repository.root / "campaigns") + b"/\xff\xfe")
    (diagnostic,) = repository.campaign_folders.diagnostics
    assert diagnostic.message.encode("utf-8")


def test_an_empty_campaigns_folder_is_no_fault_and_is_said(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    folders = Repository(tmp_path).campaign_folders
    assert ((), [("MC001", "info", "campaigns/ has no campaign yet")]) == (
        folders.names,
        [(d.code, d.severity, d.message) for d in folders.diagnostics],
    )


@pytest.mark.parametrize(
    ("is_file", "message"), [(False, "campaigns/ is missing"), (True, "campaigns/ is not a folder")]
)
def test_a_repository_without_a_campaigns_folder_is_a_fault(
    tmp_path: Path, is_file: bool, message: str
) -> None:
    if is_file:
        (tmp_path / "campaigns").write_text("x", encoding="utf-8")
    (found,) = Repository(tmp_path).campaign_folders.diagnostics
    assert ("MC001", "error", "campaigns", message) == (
        found.code,
        found.severity,
        found.place and found.place.file,
        found.message,
    )


def test_a_file_of_the_repository_is_read(repository: Repository) -> None:
    put(repository, "campaigns/spring/a/图.png", b"\x00\xff")
    assert b"\x00\xff" == repository.read_bytes("campaigns/spring/a/图.png", 2)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x",
        "campaigns/../massctl.yaml",
        "campaigns/spring/../../x",
        "campaigns",
        "",
        ".",
        "other/file",
        "massctl.state.jsonl",
        "campaigns\\spring\\a",
        "campaigns/a\0b",
    ],
)
def test_a_path_that_leads_out_is_refused(repository: Repository, path: str) -> None:
    put(repository, "other/file")
    put(repository, "massctl.state.jsonl")
    assert "MC022" == refused(repository, path)


@pytest.mark.parametrize(
    "path", ["campaigns/spring/none", "campaigns/spring/a/none", "campaigns/spring/a.md/none"]
)
def test_a_file_that_is_not_there_is_missing(repository: Repository, path: str) -> None:
    put(repository, "campaigns/spring/a.md")
    assert "MC001" == refused(repository, path)


def test_a_link_inside_is_followed(repository: Repository) -> None:
    put(repository, "campaigns/_shared/a.md", b"shared")
    (repository.root / "campaigns/spring/a.md").symlink_to("../_shared/a.md")
    (repository.root / "campaigns/spring/all").symlink_to("../_shared")
    assert [b"shared"] * 2 == [
        repository.read_bytes(f"campaigns/spring/{p}", 10) for p in ("a.md", "all/a.md")
    ]


@pytest.mark.parametrize("target", ["/etc/passwd", "../../massctl.yaml", "../../secret"])
def test_a_link_that_leads_out_is_refused(repository: Repository, target: str) -> None:
    put(repository, "secret")
    (repository.root / "campaigns/spring/a.md").symlink_to(target)
    assert "MC022" == refused(repository, "campaigns/spring/a.md")


def test_a_folder_link_that_leads_out_is_refused(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "campaign.yaml").write_text("version: 1")
    (repository.root / "campaigns/evil").symlink_to(outside)
    assert "MC022" == refused(repository, "campaigns/evil/campaign.yaml")


def test_a_link_to_nowhere_and_a_link_to_itself_are_faults(repository: Repository) -> None:
    (repository.root / "campaigns/spring/a").symlink_to("nowhere")
    (repository.root / "campaigns/spring/b").symlink_to("b")
    assert ["MC001", "MC001"] == [refused(repository, f"campaigns/spring/{name}") for name in "ab"]


def test_a_link_in_a_circle_is_said_to_be_one(repository: Repository) -> None:
    (repository.root / "campaigns/spring/b").symlink_to("b")
    with pytest.raises(UnreadableError, match="b is a link that leads back to itself"):
        repository.read_bytes("campaigns/spring/b", 100)


def test_a_link_out_of_the_tree_is_not_looked_into_for_another_case(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = put(Repository(tmp_path_factory.mktemp("outside")), "a/B.md").parent
    (repository.root / "campaigns/spring/out").symlink_to(outside)
    with pytest.raises(UnreadableError) as caught:
        repository.read_bytes("campaigns/spring/out/b.md", 100)
    assert caught.value.near is None


def test_settings_may_not_be_a_link_out_of_the_repository(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = put(Repository(tmp_path_factory.mktemp("outside")), "massctl.yaml")
    (repository.root / "massctl.yaml").unlink()
    (repository.root / "massctl.yaml").symlink_to(other)
    assert "MC022" == refused(repository, "massctl.yaml")


def test_only_regular_files_are_read_and_a_pipe_does_not_block(repository: Repository) -> None:
    folder = repository.root / "campaigns/spring"
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(folder)  # the path of a socket has at most 108 bytes
        listener.bind("socket")
        os.chdir(here)
        found = [
            refused(repository, f"campaigns/spring/{name}") for name in ("pipe", "folder", "socket")
        ]
    assert ["MC001"] * 3 == found


def test_a_link_that_is_put_there_after_the_check_is_not_followed(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path is resolved while it is a file; then somebody swaps the folder for a link out of the tree."""
    put(repository, "campaigns/spring/images/a.png")
    put(repository, "outside/a.png", b"secret")
    real = os.path.realpath

    def swap(path: str | Path, *, strict: bool = False) -> str:
        resolved = real(path, strict=strict)
        images = repository.root / "campaigns/spring/images"
        if str(path).endswith("a.png") and not images.is_symlink():
            images.rename(repository.root / "campaigns/spring/old")
            images.symlink_to(repository.root / "outside")
        return resolved

    monkeypatch.setattr(os.path, "realpath", swap)
    assert refused(repository, "campaigns/spring/images/a.png") in ("MC001", "MC022")


def test_the_limit_is_kept(repository: Repository) -> None:
    put(repository, "campaigns/spring/a", b"123")
    assert b"123" == repository.read_bytes("campaigns/spring/a", 3)
    with pytest.raises(UnreadableError, match="larger than 2 bytes"):
        repository.read_bytes("campaigns/spring/a", 2)


def test_a_huge_file_is_refused_by_its_size_alone(repository: Repository) -> None:
    with put(repository, "campaigns/spring/a").open("wb") as file:
        file.truncate(1 << 40)  # sparse: reading it would take hours
    with pytest.raises(UnreadableError) as caught:
        repository.read_text("campaigns/spring/a")
    assert "MC002" == caught.value.code


def test_a_file_that_grows_while_it_is_read_is_refused(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(repository, "campaigns/spring/a", b"1" * 10)
    read = os.read

    def read_and_grow(descriptor: int, size: int) -> bytes:
        with file.open("ab") as end:
            end.write(b"2" * 10)
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", read_and_grow)
    assert "MC002" == refused_with_limit(repository, "campaigns/spring/a", 15)


def refused_with_limit(repository: Repository, path: str, limit: int) -> str:
    with pytest.raises(UnreadableError) as caught:
        repository.read_bytes(path, limit)
    return caught.value.code


def test_names_are_exact(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that ignores case would open the file; its folder lists another name."""
    put(repository, "campaigns/spring/Hero.png")
    put(repository, "campaigns/spring/hERO.PNG")
    monkeypatch.setattr(os, "listdir", lambda _: ["campaigns", "spring", "hero.png"])
    assert "MC001" == refused(repository, "campaigns/spring/Hero.png")


def test_text_is_utf8_without_a_mark(repository: Repository) -> None:
    put(repository, "campaigns/spring/a.md", b"\xef\xbb\xbf" + "春季\r\n".encode())
    assert "春季\r\n" == repository.read_text("campaigns/spring/a.md")


def test_text_in_another_encoding_is_refused_with_its_line(repository: Repository) -> None:
    put(repository, "campaigns/spring/a.md", "a\n春季".encode("gbk"))
    with pytest.raises(UnreadableError, match="not UTF-8") as caught:
        repository.read_text("campaigns/spring/a.md")
    assert ("MC003", "save the file as UTF-8") == (caught.value.code, caught.value.hint)
    assert (2, 1) == (caught.value.line, caught.value.column)


def test_the_limits_leave_room_for_what_wechat_takes() -> None:
    assert YAML_BYTES_MAX <= TEXT_BYTES_MAX


def test_a_large_campaign_file_is_reported_without_being_read(repository: Repository) -> None:
    with put(repository, "campaigns/spring/campaign.yaml").open("wb") as file:
        file.truncate(50_000_000)
    loaded = load_campaign(repository, SPRING, None)
    assert ([("MC002", "spring")], None) == (
        [(d.code, d.campaign) for d in loaded.diagnostics],
        loaded.file,
    )


def test_a_folder_without_campaign_yaml_says_so(repository: Repository) -> None:
    loaded = load_campaign(repository, SPRING, None)
    assert [("MC001", "campaign.yaml is missing")] == [
        (d.code, d.message) for d in loaded.diagnostics
    ]


def test_a_digest_changes_with_content_and_names_and_nothing_else(repository: Repository) -> None:
    file = put(repository, "campaigns/spring/campaign.yaml", b"a")
    first = repository.folder_digest(SPRING)
    put(repository, "campaigns/spring/campaign.lock.json")
    put(repository, "campaigns/other/campaign.yaml")
    (repository.root / "campaigns/spring/empty").mkdir()
    os.utime(file, (0, 0))
    assert first == repository.folder_digest(SPRING)
    file.write_bytes(b"b")
    second = repository.folder_digest(SPRING)
    file.rename(file.with_name("x.yaml"))
    assert 3 == len({first, second, repository.folder_digest(SPRING)})


@pytest.mark.parametrize(
    "path", ["campaigns/spring/rendered/x", "campaigns/spring/a/campaign.lock.json"]
)
def test_only_what_massctl_writes_is_left_out_of_a_digest(
    repository: Repository, path: str
) -> None:
    before = repository.folder_digest(SPRING)
    put(repository, path)
    assert before != repository.folder_digest(SPRING)


def test_a_digest_takes_links_as_links(repository: Repository) -> None:
    target = put(repository, "campaigns/_shared/a", b"1")
    (repository.root / "campaigns/spring/a").symlink_to("../_shared/a")
    (repository.root / "campaigns/spring/out").symlink_to("/etc")
    before = repository.folder_digest(SPRING)
    target.write_bytes(b"2")
    assert before == repository.folder_digest(SPRING)


def test_folder_digest_ignores_what_editors_leave_behind(tmp_path: Path) -> None:
    folder = tmp_path / "campaigns" / "spring"
    folder.mkdir(parents=True)
    (folder / "campaign.yaml").write_text("version: 1\n", encoding="utf-8")
    before = Repository(tmp_path).folder_digest(CampaignName("spring"))
    (folder / ".DS_Store").write_bytes(b"\0")
    (folder / "campaign.yaml~").write_text("version: 0\n", encoding="utf-8")
    assert before == Repository(tmp_path).folder_digest(CampaignName("spring"))


def digest_of(root: Path) -> str:
    return Repository(root).folder_digest(SPRING)


@pytest.fixture
def tracked(repository: Repository) -> Path:
    """A campaign in git, committed, with a text and a picture."""
    put(repository, ".gitignore", b"*.psd\n")
    put(repository, "campaigns/spring/campaign.yaml", b"version: 1\ntitle: a\n")
    put(
        repository,
        "campaigns/spring/images/\xe5\x9b\xbe.png".encode("latin-1").decode(),
        b"\x89PNG\r\n\0\r\n",
    )
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "begin"]):
        git(repository.root, *words)
    return repository.root


def test_every_checkout_of_a_commit_gives_one_digest(
    tracked: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = digest_of(tracked)
    other = tmp_path_factory.mktemp("other")
    git(other, "-c", "core.autocrlf=true", "clone", "-q", str(tracked), ".")
    assert b"version: 1\r\ntitle: a\r\n" == (other / "campaigns/spring/campaign.yaml").read_bytes()
    (tracked / "campaigns/spring/design.psd").write_bytes(b"ignored")
    assert [before] * 2 == [digest_of(other), digest_of(tracked)]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("campaigns/spring/new.txt", b"not added yet"),
        ("campaigns/spring/campaign.yaml", b"version: 1\ntitle: b\n"),
        ("campaigns/spring/images/\u56fe.png", b"\x89PNG\n\0\n"),
    ],
    ids=["a new file", "an edit", "line ends of a picture"],
)
def test_what_git_would_track_changes_a_digest(tracked: Path, path: str, data: bytes) -> None:
    before = digest_of(tracked)
    put(Repository(tracked), path, data)
    assert before != digest_of(tracked)


def test_a_tracked_file_that_was_deleted_changes_a_digest(tracked: Path) -> None:
    before = digest_of(tracked)
    (tracked / "campaigns/spring/images/\u56fe.png").unlink()
    assert before != digest_of(tracked)


def test_a_digest_in_a_hook_is_that_of_the_checkout(
    tracked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest_of(tracked)
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent")
    (tracked / "campaigns/spring/design.psd").write_bytes(b"ignored")
    assert before == digest_of(tracked)


@pytest.mark.parametrize("without", ["git", "a repository", "its folder in git"])
def test_where_git_says_nothing_every_file_counts(
    tracked: Path, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    if without == "git":
        monkeypatch.setenv("PATH", "/nonexistent")
    elif without == "a repository":
        (tracked / ".git").rename(tracked / "git")
    else:
        git(tracked, "rm", "-rq", "--cached", "campaigns/spring")
        (tracked / ".gitignore").write_text("campaigns/spring\n", encoding="utf-8")
    before = digest_of(tracked)
    (tracked / "campaigns/spring/design.psd").write_bytes(b"ignored")
    assert before != digest_of(tracked)


@pytest.mark.parametrize("length", [0, 1, 1024 * 1024 - 1, 1024 * 1024])
def test_a_line_end_of_two_signs_counts_as_one_wherever_it_is_read(
    repository: Repository, length: int
) -> None:
    put(repository, "campaigns/spring/a.md", b"a" * length + b"\n\r")
    before = digest_of(repository.root)
    put(repository, "campaigns/spring/a.md", b"a" * length + b"\r\n\r")
    assert before == digest_of(repository.root)


def test_a_folder_that_cannot_be_read_has_no_digest(repository: Repository) -> None:
    with pytest.raises(UnreadableError) as caught:
        repository.folder_digest(CampaignName("autumn"))
    assert ("MC001", "campaigns/autumn") == (caught.value.code, caught.value.path)
