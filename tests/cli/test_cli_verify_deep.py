"""`state verify --deep`: contents are kept beside the ledger as its entries name them, and statistics are readable."""

from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell
from repositories import APPID

FOLDER = Path(".massctl/sandbox")


@pytest.fixture
def sent(shell: Shell) -> Shell:
    """A sandbox in which two campaigns went out, whose contents are kept."""
    shell.tree.settings(language="en")
    shell.tree.news("spring", title="春")
    shell.tree.text("hello", content="您好\n")
    assert 0 == shell("apply", "spring", "hello", "--sandbox", "--yes").status
    return shell


def checked(shell: Shell) -> tuple[int, dict[str, Any]]:
    said = shell("state", "verify", "--deep", "--sandbox", "--format", "json")
    return said.status, said.document["contents"]


def test_what_was_sent_is_whole(sent: Shell) -> None:
    assert (0, {"kept": 2, "missing": 0, "faults": []}) == checked(sent)
    said = sent("state", "verify", "--deep", "--sandbox")
    assert (0, True) == (said.status, "contents kept: 2, not kept here: 0" in said.out)
    assert "checking contents: 2/2" in said.err


def test_without_deep_nothing_beside_the_ledger_is_read(sent: Shell) -> None:
    said = sent("state", "verify", "--sandbox", "--format", "json")
    assert (0, None) == (said.status, said.document.get("contents"))


@pytest.mark.parametrize("ending", ["json", "html"])
def test_a_content_that_was_changed_is_a_fault(sent: Shell, ending: str) -> None:
    changed = sorted((sent.root / FOLDER / "massctl.state.bodies").glob(f"*.{ending}"))[0]
    changed.write_bytes(changed.read_bytes().replace(b"a", b"b"))
    status, found = checked(sent)
    assert (5, 2, 1) == (status, found["kept"], len(found["faults"]))
    said = sent("state", "verify", "--deep", "--sandbox")
    assert (5, 1) == (said.status, said.out.count("was changed, or is not whole"))


def test_an_article_that_is_gone_from_beside_its_document_is_a_fault(sent: Shell) -> None:
    (body,) = (sent.root / FOLDER / "massctl.state.bodies").glob("*.html")
    body.unlink()
    status, found = checked(sent)
    assert (5, ["spring"]) == (status, [each.split()[3] for each in found["faults"]])


def test_contents_that_are_not_kept_here_are_counted_and_no_fault(sent: Shell) -> None:
    for each in (sent.root / FOLDER / "massctl.state.bodies").iterdir():
        each.unlink()
    assert (0, {"kept": 0, "missing": 2, "faults": []}) == checked(sent)


def test_statistics_that_cannot_be_read_are_a_fault(sent: Shell) -> None:
    folder = FOLDER / "massctl.state.statistics" / APPID
    sent.tree.write(str(folder / "articles-2026-12.jsonl"), "no row\n")
    sent.tree.write(str(folder / "calls-2026-12.jsonl"), "{}\n")
    status, found = checked(sent)
    assert (5, ["main: 2 lines of the statistics cannot be read"]) == (status, found["faults"])


def test_a_folder_of_statistics_that_cannot_be_read_is_a_fault(sent: Shell) -> None:
    sent.tree.write(str(FOLDER / "massctl.state.statistics" / APPID), "no folder")
    status, found = checked(sent)
    assert (5, True) == (status, "the archive of statistics cannot be read" in found["faults"][0])
