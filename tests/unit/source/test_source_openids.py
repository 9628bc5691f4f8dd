"""Lists of openids on disk: what is read of them, what is wrong and where, and that nothing of them is shown."""

import hashlib
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from massctl.model.diagnostics import Diagnostic, Lines, Place, Severity
from massctl.model.ids import Sha256
from massctl.source.campaigns import with_excerpts
from massctl.source.openids import LINE_CHARACTERS_MAX, OpenidFiles, OpenidStore
from massctl.source.reporter import Reporter
from massctl.source.repository import Repository

FOLDER: Final = "campaigns/spring"
A, B, C = (f"o{letter}{'0' * 26}" for letter in "ABC")


def shelf(root: Path, data: bytes, name: str = "list.txt") -> OpenidFiles:
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    (root / FOLDER / name).write_bytes(data)
    return OpenidFiles(Repository(root))


def told(
    root: Path, data: bytes, name: str = "list.txt"
) -> list[tuple[str, int | None, int | None]]:
    return [
        (p.code, p.line, p.column) for p in shelf(root, data, name).listed(f"spring/{name}").faults
    ]


def openids(root: Path, data: bytes, name: str = "list.txt") -> tuple[str, ...]:
    found = shelf(root, data, name)
    listed = found.listed(f"spring/{name}").openid_list
    assert listed is not None
    return found.batch(listed, 1)


@pytest.mark.parametrize(
    "data",
    [
        f"{A}\n{B}\n",
        f"{A}\n{B}",
        f"{A}\r{B}\r",
        f"{A}\r\n\r\n{B}\r\n",
        f"\n\n  {A}\t\n{B} \n\n",
        f"\ufeff{A}\n{B}\n",
    ],
)
def test_line_ends_blanks_and_a_mark_do_not_matter(tmp_path: Path, data: str) -> None:
    assert (A, B) == openids(tmp_path, data.encode())


@pytest.mark.parametrize(
    "data",
    [
        f"openid\n{A}\n{B}\n",
        f'姓名,openid,城市\n张三,{A},北京\n"李,四",{B},上海\n',
        "\ufeffOpenID;\n".replace(";", ",x") + f"{A},1\r\n\r\n{B},2\r\n",
        f",\nx,openid\n,{A}\n,{B}\n,\n",
    ],
)
def test_the_column_is_found_by_its_heading(tmp_path: Path, data: str) -> None:
    assert (A, B) == openids(tmp_path, data.encode(), "list.CSV")


def test_the_name_is_that_of_the_openids_and_not_of_the_file(tmp_path: Path) -> None:
    first = shelf(tmp_path, f"{A}\n{B}\n".encode()).listed("spring/list.txt").openid_list
    other = (
        shelf(tmp_path, f"openid\r\n{A}\r\n{B}\r\n{A}\r\n".encode(), "l.csv")
        .listed("spring/l.csv")
        .openid_list
    )
    named = hashlib.sha256(f"{A}\n{B}\n".encode()).hexdigest()
    assert first is not None
    assert (first, (named, 2)) == (other, (first.sha256, first.count))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (f"{A}\n 张三\n{B}\n", [("MC603", 2, 2)]),
        (f"{A}\n\nO{'x' * 27}\nlin@example.com\n", [("MC603", 3, 1), ("MC603", 4, 1)]),
        (f"openid\n{A}\n", [("MC603", 1, 1)]),
        ("", [("MC605", 1, 1)]),
        ("\n \n", [("MC605", 1, 1)]),
        (f"{A}\n{A}\n", [("MC605", 1, 1)]),
        (f"{A}\n" + "x" * (LINE_CHARACTERS_MAX + 1), [("MC607", 2, 1)]),
        ("x\n" * 25, [("MC603", n, 1) for n in range(1, 22)]),
    ],
)
def test_a_fault_is_told_by_its_place(
    tmp_path: Path, data: str, expected: list[tuple[str, int, int]]
) -> None:
    assert expected == told(tmp_path, data.encode())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("姓名,城市\n张三,北京\n", [("MC604", 1, 1)]),
        ("", [("MC604", 1, 1)]),
        (
            f"姓名,openid\n张三,{A}\n李四,\n王五\n,{B}x!\n",
            [("MC603", 3, 1), ("MC603", 4, 1), ("MC603", 5, 2)],
        ),
        (f'openid\n{A}\n"' + "x\n" * 70_000, [("MC607", 3, 1)]),
        (f'openid,note\n{A},一\n{B},"二\n{C},三\n', [("MC607", 3, 1)]),
        (f'openid,note\n{A},"一\n{B},二\n{C},"三"\n', [("MC607", 2, 1)]),
        (f'openid,note\n{A},"一\n{B},二\n{C},三"\n', [("MC607", 2, 1)]),
        (f"openid,name,OpenID\n{A},张三,{B}\n", [("MC604", 1, 1)]),
        (f"姓名;openid\n张三;{A}\n", [("MC604", 1, 1)]),
    ],
)
def test_a_fault_of_a_table_is_told_by_its_place(
    tmp_path: Path, data: str, expected: list[tuple[str, int, int]]
) -> None:
    assert expected == told(tmp_path, data.encode(), "list.csv")


@pytest.mark.parametrize(
    "data", [f"{A}\n{B}\n".encode() + b"\xff\xfe\n", f"{A}\n{B}\n".encode() + b"\xe5\xbc"]
)
def test_what_is_not_utf8_is_said(tmp_path: Path, data: bytes) -> None:
    assert [("MC607", 3)] == [(code, line) for code, line, _ in told(tmp_path, data)]


def test_a_list_that_is_not_there_is_said(tmp_path: Path) -> None:
    found = shelf(tmp_path, b"").listed("spring/other.txt")
    assert [("MC601", None)] == [(problem.code, problem.line) for problem in found.faults]


def test_repetitions_are_dropped_and_counted_where_the_first_stands(tmp_path: Path) -> None:
    found = shelf(tmp_path, f"{A}\n{B}\n{C}\n{B}\n{A}\n{B}\n".encode())
    (note,) = found.listed("spring/list.txt").notes
    assert (A, B, C) == openids(tmp_path, f"{A}\n{B}\n{C}\n{B}\n{A}\n{B}\n".encode())
    assert ("MC606", 4, 1, 3) == (note.code, note.line, note.column, note.message.values["count"])


def test_openids_of_unusual_length_are_a_warning(tmp_path: Path) -> None:
    (note,) = shelf(tmp_path, f"{A}\noSHORT1\noSHORT2\n".encode()).listed("spring/list.txt").notes
    assert ("MC608", 2, 1, 2) == (note.code, note.line, note.column, note.message.values["count"])


def test_no_line_of_a_list_is_shown(tmp_path: Path) -> None:
    shelf(tmp_path, f"{A}\n张三 13800138000\n".encode())
    fault = Diagnostic(
        "MC603", Severity.ERROR, "this is not an openid", Place(f"{FOLDER}/list.txt", 2, 1)
    )
    about = Reporter(f"{FOLDER}/campaign.yaml", "spring", Lines("version: 1\n"))
    assert [None] == [each.excerpt for each in with_excerpts([fault], Repository(tmp_path), about)]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(st.lists(st.integers(0, 40), min_size=3, max_size=60), st.integers(3, 7))
def test_batches_are_the_list_in_its_order_each_once(numbers: list[int], most: int) -> None:
    given_openids = [f"o{number:027}" for number in numbers]
    once = list(dict.fromkeys(given_openids))
    store = OpenidStore()
    half = len(given_openids) // 2
    store.add(list(enumerate(given_openids[:half], 1)))
    store.add(list(enumerate(given_openids[half:], half + 1)))
    if len(once) < 2:
        return
    listed, dropped, _ = store.seal(most)
    assert listed is not None
    cut = [store.batch(number) for number in range(1, listed.batches + 1)]
    text = "".join(f"{openid}\n" for openid in once)
    assert (once, len(numbers) - len(once)) == (
        [openid for batch in cut for openid in batch],
        dropped,
    )
    assert (listed.sizes, Sha256(hashlib.sha256(text.encode()).hexdigest())) == (
        tuple(map(len, cut)),
        listed.sha256,
    )


def test_nothing_of_a_list_is_left_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    store = OpenidStore()
    store.add([(n, f"o{n:027}") for n in range(60_000)])
    store.seal(10_000)
    assert [] == list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize(
    ("data", "name", "message", "hint"),
    [
        (
            "openid\n",
            "list.txt",
            "this is a heading, not an openid",
            "let the file's name end with .csv",
        ),
        (
            f"姓名;openid\n张三;{A}\n",
            "list.csv",
            "the table has no column openid",
            "separate the columns with commas",
        ),
        (
            "姓名\n张三\n",
            "list.csv",
            "the table has no column openid",
            "write openid above the column",
        ),
        (
            f"openid,城市\n{A},北京\n,上海\n",
            "list.csv",
            "this row has no openid",
            "fill it in, or remove the row",
        ),
    ],
)
def test_a_fault_says_what_to_do(
    tmp_path: Path, data: str, name: str, message: str, hint: str
) -> None:
    found = shelf(tmp_path, data.encode(), name).listed(f"spring/{name}").faults[0]
    assert (message, True) == (found.message, hint in (found.hint or ""))


def test_a_note_may_go_over_several_lines(tmp_path: Path) -> None:
    assert (A, B) == openids(tmp_path, f'openid,note\n{A},"一\n二"\n{B},\n'.encode(), "list.csv")


def test_another_thread_may_be_the_one_that_frees_a_list() -> None:
    """Whoever happens to collect garbage: an exception in there is told to the user's terminal."""
    held = [OpenidStore()]
    held[0].add([(1, "oTEST")])
    thread = Thread(target=held.clear)
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    ("other", "both"), [((B, A), 2), ((C, B), 1), ((C, f"oD{'0' * 26}"), 0)], ids=str
)
def test_what_two_lists_have_in_common_is_counted(
    tmp_path: Path, other: tuple[str, ...], both: int
) -> None:
    shelf(tmp_path, f"{A}\n{B}\n".encode(), "one.txt")
    found = shelf(tmp_path, "".join(f"{each}\n" for each in other).encode(), "two.txt")
    named = [found.listed(f"spring/{each}.txt").openid_list for each in ("one", "two")]
    one, two = (each.sha256 for each in named if each is not None)
    assert (both, both) == (found.in_both(one, two), found.in_both(two, one))
