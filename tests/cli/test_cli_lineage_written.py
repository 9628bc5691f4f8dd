"""How massctl.yaml comes to name its ledger: one line more, before the ledger begins, or nothing at all."""

from collections.abc import Callable

import pytest
from cli_runner import Shell

from massctl.ledger.chained_ledger import stale

LEDGER = "massctl.state.jsonl"


@pytest.fixture
def begins(shell: Shell) -> Shell:
    """A shell against an API on loopback, which `state init` does not call."""
    shell.env(MASSCTL_API_BASE="http://127.0.0.1:9")
    shell.tree.text("notice")
    return shell


def lines_added(before: bytes, after: bytes) -> list[bytes]:
    """Give the lines that `after` has more than `before`; the others are the same, byte for byte."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    added = [line for line in new if line not in old]
    assert old == [line for line in new if line in old]
    return added


def tabbed(text: bytes) -> bytes:
    return text.replace(b"kind: service", b"kind: service\t# tab")


def windows(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


def marked(text: bytes) -> bytes:
    return b"\xef\xbb\xbf" + text


def indented(text: bytes) -> bytes:
    return text + b"state:\n      backend: local\n"


@pytest.mark.parametrize("written", [tabbed, windows, marked, indented])
def test_init_adds_its_lines_and_changes_no_other_byte(
    begins: Shell, written: Callable[[bytes], bytes]
):
    settings = begins.root / "massctl.yaml"
    settings.write_bytes(before := written(settings.read_bytes()))
    said = begins("state", "init")
    assert 0 == said.status, said.err
    assert [b"lineage"] == [
        line.split(b":")[0].strip() for line in lines_added(before, settings.read_bytes())
    ][-1:]
    assert 0 == begins("state", "verify").status


def test_a_symbolic_link_stays_one(begins: Shell):
    settings = begins.root / "massctl.yaml"
    settings.rename(begins.root / "settings.yaml")
    settings.symlink_to("settings.yaml")
    assert 0 == begins("state", "init").status
    assert settings.is_symlink()
    assert "lineage: 01" in begins.tree.read("settings.yaml")


def spelled_out(shell: Shell) -> None:
    """Write `state` so that no line can be put below it."""
    shell.tree.settings(state="state:\n  ? backend\n  : local\n")


@pytest.mark.parametrize("command", [("init",), ("init", "--new-lineage", "--reason", "lost")])
def test_what_cannot_be_named_is_not_begun(begins: Shell, command: tuple[str, ...]):
    spelled_out(begins)
    before = begins.tree.read("massctl.yaml")
    said = begins("state", *command)
    assert (5, before) == (said.status, begins.tree.read("massctl.yaml")), said.err
    assert "lineage: 01" in said.err
    assert not (begins.root / LEDGER).exists()


def test_a_line_typed_by_hand_names_the_ledger_that_begins(begins: Shell):
    spelled_out(begins)
    lineage = begins("state", "init").err.partition("lineage: ")[2][:26]
    begins.tree.settings(state=f"state:\n  lineage: {lineage}\n")
    assert 0 == begins("state", "init").status
    assert f'"lineage":"{lineage}"' in begins.tree.read(LEDGER)


def stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_run_that_dies_between_naming_and_beginning_is_gone_on_with(
    begins: Shell, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr("massctl.ledger.local_file.LocalLedger.append", stop)
        assert 130 == begins("state", "init").status
    named = begins.tree.read("massctl.yaml")
    assert "lineage: 01" in named
    assert "ledger_missing" not in begins("plan", "notice").out
    assert 0 == begins("state", "init").status
    assert named == begins.tree.read("massctl.yaml")
    (begins.root / LEDGER).unlink()
    assert "ledger_missing" in begins("plan", "notice").out


def test_starting_over_names_the_new_ledger_before_the_old_one_goes(
    begins: Shell, monkeypatch: pytest.MonkeyPatch
):
    assert 0 == begins("state", "init").status
    before = begins.tree.read("massctl.yaml"), begins.tree.read(LEDGER)
    with monkeypatch.context() as patch:
        patch.setattr(
            "massctl.ledger.local_file.os.link",
            lambda *_: (_ for _ in ()).throw(PermissionError(13, "no")),
        )
        assert 5 == begins("state", "init", "--new-lineage", "--reason", "lost").status
    assert before == (begins.tree.read("massctl.yaml"), begins.tree.read(LEDGER))
    assert 0 == begins("state", "init", "--new-lineage", "--reason", "lost").status
    assert begins.tree.read("massctl.yaml") != before[0]


def test_of_two_who_begin_one_at_once_the_second_names_nothing(
    begins: Shell, monkeypatch: pytest.MonkeyPatch
):
    before = begins.tree.read("massctl.yaml")

    def late(*_: object, **__: object) -> None:
        raise stale(0)

    with monkeypatch.context() as patch:
        patch.setattr("massctl.ledger.local_file.LocalLedger.append", late)
        patch.setattr("massctl.ledger.local_file.LocalLedger.read", lambda *_: [])
        assert 5 == begins("state", "init").status
    assert before == begins.tree.read("massctl.yaml")
