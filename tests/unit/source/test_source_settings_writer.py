"""The ledger's name in massctl.yaml: one piece more, and every other byte as it was."""

import os
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from massctl.errors import LedgerError
from massctl.source.settings_writer import (
    declare_backend,
    declare_lineage,
    require_changeable,
    take_back,
    with_keys,
)

LINEAGE = "01JDXW00000000000000000000"
OTHER = "01JDXW00000000000000000001"
BEGIN = "version: 1  # ours\naccounts:\n  main: {appid: wx0123456789abcdef, secret_env: A, kind: service}\n"
LINE = f"  lineage: {LINEAGE}\n"


def named(text: str) -> str | None:
    """Give the text with the lineage in it."""
    data = with_keys(text.encode(), {"lineage": LINEAGE})
    return None if data is None else data.decode()


def test_a_lineage_is_declared_once(tmp_path: Path) -> None:
    """Of two runs that saw none, the second finds it there and has nothing to tell."""
    path = tmp_path / "massctl.yaml"
    path.write_text(BEGIN, encoding="utf-8")
    assert BEGIN.encode() == declare_lineage(tmp_path, LINEAGE)
    assert BEGIN + "state:\n" + LINE == path.read_text(encoding="utf-8")
    assert None is declare_lineage(tmp_path, LINEAGE)
    take_back(tmp_path, BEGIN.encode())
    assert BEGIN == path.read_text(encoding="utf-8")


STATES = {
    "nothing": ("", "state:\n" + LINE),
    "a key without a value": ("state:\n", "state:\n" + LINE),
    "a block": ("state:\n  backend: git\n", "state:\n" + LINE + "  backend: git\n"),
    "a deep block": (
        "state:\n     backend: git\n",
        f"state:\n     lineage: {LINEAGE}\n     backend: git\n",
    ),
    "a comment beside": (
        "state: # where\n  # git\n  backend: git\n",
        "state: # where\n  # git\n" + LINE + "  backend: git\n",
    ),
    "braces": ("state: {backend: git}\n", f"state: {{lineage: {LINEAGE}, backend: git}}\n"),
    "braces over lines": (
        "state: {\n  backend: git,\n}\n",
        f"state: {{lineage: {LINEAGE}, \n  backend: git,\n}}\n",
    ),
    "empty braces": ("state: {}\n", f"state: {{lineage: {LINEAGE}}}\n"),
    "an anchor": ("state: &s\n  backend: git\n", "state: &s\n" + LINE + "  backend: git\n"),
    "an anchor below": (
        "state:\n  &s\n  backend: git\n",
        "state:\n  &s\n" + LINE + "  backend: git\n",
    ),
    "an old lineage": (
        f"state:\n  lineage: '{OTHER}' # x\n",
        f"state:\n  lineage: {LINEAGE} # x\n",
    ),
    "a lineage without a value": (
        "state:\n  lineage: # x\n",
        f"state:\n  lineage: {LINEAGE} # x\n",
    ),
    "two kinds of line ends": (
        "state:\n# of the house\r\n",
        f"state:\r\n  lineage: {LINEAGE}\n# of the house\r\n",
    ),
    "no last newline": ("state:\n  backend: git", "state:\n" + LINE + "  backend: git"),
    "a key without a value at the end": ("state:", "state:\n  lineage: " + LINEAGE),
    "something behind": (
        "state:\n  backend: git\n\n# of the house\nlanguage: zh\n",
        "state:\n" + LINE + "  backend: git\n\n# of the house\nlanguage: zh\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), STATES.values(), ids=STATES)
def test_the_line_stands_where_a_person_would_write_it(before: str, after: str) -> None:
    assert BEGIN + after == named(BEGIN + before)


WHOLE = {
    "an indented document": ("  version: 1\n", f"  version: 1\n  state:\n    lineage: {LINEAGE}\n"),
    "one line": ("version: 1", f"version: 1\nstate:\n  lineage: {LINEAGE}"),
}


@pytest.mark.parametrize(("before", "after"), WHOLE.values(), ids=WHOLE)
def test_a_state_is_made_where_there_is_none(before: str, after: str) -> None:
    assert after == named(before)


@pytest.mark.parametrize(
    "text",
    [
        "x: &s {backend: local}\nstate: *s\n",
        "version: 1\nstate:\n  ? backend\n  : local\n",
        "version: 1\nstate: local\n",
        "? version\n: 1\n",
        "--- # a list\n- version\n",
        "version: [\n",
        '{"version": 1}\n',
        "version: 1\n...\n",
        "version: 1\nlanguage: |-\n  zh\n  \n...",
        "",
    ],
)
def test_what_cannot_be_added_to_is_left_alone_and_the_line_is_told(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / "massctl.yaml").write_text(text, encoding="utf-8")
    for ask in (
        declare_lineage,
        lambda root, lineage: require_changeable(root, {"lineage": lineage}),
    ):
        with pytest.raises(LedgerError, match="without changing other lines") as caught:
            ask(tmp_path, LINEAGE)
        assert f"lineage: {LINEAGE}" in caught.value.hint
    assert text == (tmp_path / "massctl.yaml").read_text(encoding="utf-8")


def test_keys_that_a_person_has_to_write_stand_each_on_a_line_and_others_go(tmp_path: Path) -> None:
    (tmp_path / "massctl.yaml").write_text("x: &s {backend: git}\nstate: *s\n", encoding="utf-8")
    with pytest.raises(LedgerError) as caught:
        require_changeable(
            tmp_path, {"backend": "local", "lineage": LINEAGE, "branch": None, "remote": None}
        )
    assert caught.value.hint.startswith(
        f"backend: local, lineage: {LINEAGE}   write this into massctl.yaml, each key on"
    )
    assert "and remove branch, remote there" in caught.value.hint


MOVES = {
    "to git": (
        "state:\n  backend: local # here\n",
        {"backend": "git", "branch": "b"},
        "state:\n  branch: b\n  backend: git # here\n",
    ),
    "to a file": (
        "state:\n  backend: git\n  branch: b # x\n  remote: r\n",
        {"backend": "local", "branch": None, "remote": None},
        "state:\n  backend: local\n",
    ),
    "in braces": (
        "state: {branch: b, backend: git, remote: r}\n",
        {"branch": None, "remote": None},
        "state: {backend: git}\n",
    ),
    "the only one in braces": ("state: {branch: b}\n", {"branch": None}, "state: {}\n"),
    "what is not there": ("state:\n  backend: git\n", {"branch": None}, "state:\n  backend: git\n"),
    "the last line": (
        "state:\n  backend: git\n  branch: b",
        {"branch": None},
        "state:\n  backend: git\n",
    ),
}


@pytest.mark.parametrize(("before", "keys", "after"), MOVES.values(), ids=MOVES)
def test_the_keys_of_a_backend_come_and_go(
    before: str, keys: dict[str, str | None], after: str
) -> None:
    found = with_keys((BEGIN + before).encode(), keys)
    assert (BEGIN + after).encode() == found


def test_a_backend_is_declared(tmp_path: Path) -> None:
    (tmp_path / "massctl.yaml").write_text(BEGIN, encoding="utf-8")
    declare_backend(tmp_path, "git", {"remote": "hub"})
    assert BEGIN + "state:\n  remote: hub\n  backend: git\n" == (
        tmp_path / "massctl.yaml"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize("failing", ["mkstemp", "replace"])
def test_a_file_that_cannot_be_written_is_an_error_with_the_line_to_type(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "massctl.yaml").write_text(BEGIN, encoding="utf-8")

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(
        "tempfile.mkstemp" if failing == "mkstemp" else "pathlib.Path.replace", fail
    )
    with pytest.raises(LedgerError, match="cannot be written") as caught:
        declare_lineage(tmp_path, LINEAGE)
    assert (True, True) == (
        "Permission denied" in caught.value.detail,
        f"lineage: {LINEAGE}" in caught.value.hint,
    )
    with pytest.raises(LedgerError, match="cannot be written"):
        take_back(tmp_path, b"version: 1\n")
    assert ["massctl.yaml"] == [each.name for each in tmp_path.iterdir()]
    assert BEGIN == (tmp_path / "massctl.yaml").read_text(encoding="utf-8")


def test_what_is_read_back_is_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "massctl.yaml").write_text(BEGIN, encoding="utf-8")
    monkeypatch.setattr("massctl.source.settings_writer._replace", lambda path, data: None)
    with pytest.raises(LedgerError, match="without changing other lines"):
        declare_lineage(tmp_path, LINEAGE)


COMMENTS = st.sampled_from(["", "  # note", "\t# tab", " # 谁发", "   "])
PIECES = st.lists(
    st.sampled_from(
        [
            "language: zh",
            "# a comment of its own",
            "\t# behind a tab",
            "",
            "policy:\n  sending: disabled",
            "policy: {sending: disabled, banned_words: [a, 'b']}",
            "policy:\n    banned_words:\n    - x\n    - '#no comment'",
            "state:\n  backend: git",
            "state:\n      # git\n      backend: git",
            "state: {backend: git}",
            "state: { backend: git , branch: b }",
            "state:",
            "...",
        ]
    ),
    max_size=5,
)


@given(
    PIECES,
    st.lists(COMMENTS, min_size=8, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
)
def test_whatever_the_file_looks_like_the_result_is_the_file_and_one_piece(
    pieces: list[str], comments: list[str], ending: str, marked: bool, ended: bool
) -> None:
    lines = ["version: 1", "accounts: {}", *pieces]
    text = "\n".join(line + comment for line, comment in zip(lines, comments, strict=False)) + (
        "\n" if ended else ""
    )
    data = (b"\xef\xbb\xbf" if marked else b"") + text.replace("\n", ending).encode()
    found = with_keys(data, {"lineage": LINEAGE})
    assume(found is not None)  # A key that is written twice, for one.
    assert found is not None
    start = next(
        (at for at, (a, b) in enumerate(zip(data, found, strict=False)) if a != b), len(data)
    )
    end = len(found) - (len(data) - start)
    assert data == found[:start] + found[end:]
    piece = found[start:end].decode()
    assert LINEAGE in found.decode()
    assert "\n" not in piece.replace(ending, "")
    assert len(piece) <= len(f"{ending}state:{ending}      lineage: {LINEAGE}{ending}")
    assert found == with_keys(found, {"lineage": LINEAGE})
