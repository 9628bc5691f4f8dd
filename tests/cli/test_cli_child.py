"""The whole command with a real child behind its walls: every kind of file that it reads, and each once."""

import json
import shutil
from pathlib import Path

import pytest
from cli_runner import Shell
from document_samples import page, word
from repositories import png

import massctl
from massctl.child import Child
from massctl.model.settings import MassctlFile
from massctl.model.theme import ThemeSettings
from massctl.serve.theme_gallery import shown_themes
from massctl.source.loader import WorkingTree
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

pytestmark = pytest.mark.child
OURS = Path(massctl.__file__).parent.parent / "campaigns"


def settings_of(repository: Repository) -> MassctlFile:
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    return settings


def test_every_sample_of_ours_is_rendered_with_its_pictures_sounds_and_videos(shell: Shell) -> None:
    for each in OURS.iterdir():
        shutil.copytree(each, shell.root / "campaigns" / each.name)
    shell.tree.settings(account="    name: 不赶路\n")
    found = json.loads(shell("validate", "--format", "json").out)
    assert [] == [each for each in found["diagnostics"] if each["severity"] == "error"]
    kept = {each.parts[-3] for each in (shell.root / ".massctl/pictures").rglob("*.json")}
    assert (
        {"2026-autumn-walks", "2026-12-members-issue"}
        <= kept
        <= {each.name for each in OURS.iterdir()}
    )


def test_formulas_code_and_every_block_are_drawn(shell: Shell) -> None:
    shell.tree.text()
    repository = Repository(shell.root)
    working_tree = WorkingTree(repository, settings_of(repository), shell.root / ".massctl")
    for sample in ("", "blocks"):
        for each in shown_themes(working_tree.renderer, ThemeSettings(), sample):
            assert () == each.faults, each
            assert "<svg" in each.article.content or sample == "blocks"


@pytest.mark.parametrize("kind", ["word", "url", "markdown"])
def test_a_document_is_read_there(shell: Shell, kind: str) -> None:
    picture = png((9, 9, 200))
    files = {
        "word": ("letter.docx", word(picture)),
        "url": ("page.html", page("<p>第一段，<b>粗</b>。</p>", cover="").encode()),
        "markdown": (
            "letter.md",
            "---\ntitle: 信\n---\n# 信\n\n一段，**粗**。\n\n![图](a.png)\n".encode(),
        ),
    }
    name, data = files[kind]
    (shell.root / name).write_bytes(data)
    (shell.root / "a.png").write_bytes(picture)
    done = shell("import", kind, name, "letter")
    assert (shell.root / "campaigns/letter/campaign.yaml").exists(), done.err
    assert "**" in next((shell.root / "campaigns/letter/articles").glob("main.md")).read_text(
        encoding="utf-8"
    )


def test_one_child_serves_a_whole_run(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    start = Child.start

    def noted(self: Child) -> None:
        before = self._process
        start(self)
        started.extend([1] if self._process is not before else [])

    monkeypatch.setattr(Child, "start", noted)
    shell.tree.news("letter")
    shell.tree.text("notice")
    for _ in range(2):  # As the rounds of `massctl run` do in one process.
        assert 0 == shell("apply", "--sandbox", "--yes").status
    assert [1] == started
