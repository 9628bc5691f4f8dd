"""YAML files as data: values, places, and every way to break one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.model.diagnostics import Lines
from massctl.source.text import YAML_BYTES_MAX
from massctl.source.yaml import DEPTH_MAX, NODES_MAX, YamlDocument, read_yaml

PLAIN_TYPES = (type(None), bool, int, float, str, list, dict)


def read(text: str | bytes) -> YamlDocument:
    data = text if isinstance(text, bytes) else text.encode()
    return read_yaml(data, "campaigns/x/campaign.yaml", "x", frozenset({"title"}))


def faults(text: str | bytes) -> list[tuple[str, int | None, int | None]]:
    found = [
        (d.code, d.place.line, d.place.column)
        for d in read(text).diagnostics
        if d.place is not None
    ]
    return sorted(found, key=str)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("off", "off"),
        ("12", 12),
        ("-0012", -12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("22:00", "22:00"),
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01T20:00:00+08:00", "2026-12-01T20:00:00+08:00"),
        ('"1"', "1"),
        ('"\\ud83d\\ude00"', "😀"),
        ("|\n  一\n  二\n", "一\n二\n"),
        (">-\n  一\n  二", "一 二"),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(written: str, value: object) -> None:
    document = read(f"a: {written}")
    assert ({"a": value}, ()) == (document.data, document.diagnostics)
    assert type(value) is type(document.data["a"])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (".inf", "MC014"),
        (".nan", "MC014"),
        ("1e999", "MC014"),
        ("9223372036854775808", "MC014"),
        ("9" * 5000, "MC014"),
        ('"\\ud83d"', "MC014"),
    ],
)
def test_a_scalar_without_meaning_is_reported_and_its_path_is_broken(
    written: str, code: str
) -> None:
    document = read(f"a: {written}\nb: 1")
    assert [code] == [d.code for d in document.diagnostics]
    assert document.data["b"] == 1


def test_keys_and_values_have_places_in_code_points() -> None:
    positions = read('😀: "😀😀" # c\n列:\n  - {x: 春季, y: [a, b]}\n').positions
    assert (1, 1, 1, 2) == positions.span(("😀",), at_key=True)
    assert (1, 4, 1, 8) == positions.span(("😀",))
    assert (3, 5, 3, 23) == positions.span(("列", 0))
    assert (3, 9, 3, 11) == positions.span(("列", 0, "x"))
    assert (3, 20, 3, 21) == positions.span(("列", 0, "y", 1))


def test_places_are_those_of_the_text_as_written_behind_a_slip() -> None:
    assert (2, 4, 2, 5) == read("title: “春季”\nb: c\n").positions.span(("b",))


def test_a_byte_order_mark_and_windows_line_ends_do_not_move_places() -> None:
    positions = read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n").positions
    assert [(1, 1, 1, 2), (2, 4, 2, 5)] == [
        positions.span(("a",), at_key=True),
        positions.span(("b",)),
    ]


def test_a_missing_value_is_placed_at_its_key_and_a_missing_key_at_what_is_above() -> None:
    positions = read("a:\nb: {c: 1}\n").positions
    assert [(1, 1, 1, 2), (2, 1, 2, 2)] == [positions.span(("a",)), positions.span(("b", "x", 3))]


def test_the_end_of_a_block_is_before_the_comments_behind_it() -> None:
    assert (2, 3, 2, 7) == read("a:\n  b: c\n\n# d\ne: 1\n").positions.span(("a",))


def test_every_duplicate_key_is_reported_and_the_first_one_counts() -> None:
    document = read("a: 1\nb: {c: 1, c: 2}\na: 3\na: 4\n")
    assert [("MC005", 2, 11), ("MC005", 3, 1), ("MC005", 4, 1)] == faults(
        "a: 1\nb: {c: 1, c: 2}\na: 3\na: 4\n"
    )
    assert {"a": 1, "b": {"c": 1}} == document.data


@pytest.mark.parametrize("key", ["1", "true", "~", "1.5", "[a]", "{a: b}"])
def test_a_key_that_is_no_text_is_a_fault(key: str) -> None:
    assert [("MC013", 1, 3)] == faults(f"? {key}\n: x\nb: 1")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("*限时", "MC009"),
        ("[x, *限时]", "MC009"),
        ("{<<: *限时, x: 1}", "MC009"),
        ("&限时 {y: *限时}", "MC009"),
        ("!t 通知", "MC021"),
        ("!!int 1", "MC021"),
        ("!!str x", "MC021"),
        ("! 1", "MC021"),
        ("[!!set {a}]", "MC021"),
        ("!!python/object/apply:os.system [x]", "MC021"),
    ],
)
def test_an_alias_or_a_tag_ends_the_reading_and_what_is_before_it_is_kept(
    value: str, code: str
) -> None:
    text = f"b: 1\na: {value}\nc: 2\n"
    document = read(text)
    sign = "*" if code == "MC009" else "!"
    assert [(code, 2, 4 + value.index(sign))] == faults(text)
    assert (1, False) == (document.data["b"], document.is_whole)


def test_an_anchor_and_a_merge_key_without_an_alias_are_read_as_written() -> None:
    assert {"a": {"<<": 1}} == read("a: &a {<<: 1}").data


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "[" * (DEPTH_MAX + 1),
        "".join(" " * i + "a:\n" for i in range(DEPTH_MAX + 2)),
        "- " * (DEPTH_MAX + 2) + "x",
        "[" + "a," * (NODES_MAX + 1) + "]",
    ],
    ids=[
        "flow",
        "maps",
        "dashes",
        "wide",
    ],
)
def test_bombs_are_reported_as_too_much(text: str) -> None:
    assert ["MC009"] == [code for code, _, _ in faults(text)]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["", "]"])
def test_a_file_at_the_limits_is_read(end: str) -> None:
    assert [] == faults("[" * DEPTH_MAX + "]" * DEPTH_MAX)
    assert [] == faults("[" + "a," * (NODES_MAX - 1) + "]")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("a: 春季\n".encode("utf-16"), ("MC003", 1, 1)),
        ("a: bc".encode("utf-16-le"), ("MC003", 1, 2)),
        ("a: 1\nb: 春季\n".encode("gbk"), ("MC003", 2, 4)),
        ("a: 春季\nb: 夏".encode() + b"\xff\xfe", ("MC003", 2, 5)),
        (b"a: 1\nb: x\x00y\n", ("MC003", 2, 5)),
        (b"a: 1\nb: \x1bx\x1b\n", ("MC003", 2, 4)),
    ],
)
def test_what_is_not_utf8_text_is_reported_at_the_first_bad_byte(
    data: bytes, place: tuple[str, int, int]
) -> None:
    assert [place] == faults(data)


def test_a_gbk_file_is_refused_and_what_it_may_be_is_said() -> None:
    document = read("a: 春季\n".encode("gbk"))
    (found,) = document.diagnostics
    assert (None, "save the file as UTF-8") == (document.data, found.hint)
    assert "the byte 0xB4 is not UTF-8; the file may be GBK or UTF-16" == found.message


@pytest.mark.parametrize("data", [b"", b"\n", b"# nothing\n", b"---\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_a_fault(data: bytes) -> None:
    assert [("MC004", 1, 1)] == faults(data)


def test_a_second_document_is_a_fault_and_the_first_one_is_read() -> None:
    document = read("a: 1\n---\nb: 2\n")
    assert ({"a": 1}, True) == (document.data, document.is_whole)
    assert [("MC004", 2, 1)] == faults("a: 1\n---\nb: 2\n")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 'x\nb: 1", (1, 4), "never closed"),
        ("a: [x, y\nb: 1", (1, 4), "never closed with ]"),
        ("a: {x: 1\nb: 1", (1, 4), "never closed with a curly bracket"),
        ("a: 1\n春季大促\nb: 1", (2, 1), "not `key: value`"),
        ("a: 1\n  b: 1", (2, 4), "indented too far"),
        ("a:\n  b: 1\n c: 2", (3, 2), "does not fit"),
        ("- a\nb: 1", (2, 1), "does not fit"),
        ("a: - b", (1, 4), "list item cannot begin here"),
        ('a: "\\q"', (1, 6), "backslash"),
        ("a: |x\n  y", (1, 5), "on the next line"),
        ("a: !e!x 1", (1, 4), "tag"),
        ("%YAML 9.0\n---\na: b", (1, 1), "another version"),
        ('a: "\\U00110000"', (1, 1), "cannot be read as YAML"),
    ],
)
def test_broken_yaml_is_explained_in_plain_words(
    text: str, place: tuple[int, int], words: str
) -> None:
    (diagnostic,) = read(text).diagnostics
    assert diagnostic.place is not None
    assert ("MC004", *place) == (diagnostic.code, diagnostic.place.line, diagnostic.place.column)
    assert words in diagnostic.message


def test_what_stands_before_broken_yaml_is_kept() -> None:
    document = read("a: 1\nb: {c: 2}\nd: [x\ne: 1\n")
    assert (False, 1, {"c": 2}) == (document.is_whole, document.data["a"], document.data["b"])


def test_an_excerpt_shows_the_line_as_written_without_what_looks_like_a_secret() -> None:
    (diagnostic,) = read("a: 1\na: 0123456789abcdef0123456789ABCDEF # x").diagnostics
    assert diagnostic.excerpt is not None
    assert "a: ******** # x" == diagnostic.excerpt.written


def _types(value: object) -> set[type]:
    children = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return {type(value)}.union(*(_types(child) for child in children))


TOKENS = (
    *(
        "a",
        "title",
        ": ",
        ":",
        "：",
        " ",
        "  ",
        "\n",
        "\n  ",
        "\n- ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        '"',
        "'",
        "#",
    ),
    *(
        "|\n",
        ">\n",
        "&x ",
        "*x",
        "<<: ",
        "!!str ",
        "!t ",
        "? ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "\t",
        "\\",
        "1",
    ),
    *("~", "😀", "“", "”", "\x85", "\u2028", "\r", "\x00", "\ufeff", "@", "%", "`"),
)
PIECES = st.lists(st.sampled_from(TOKENS), max_size=60).map("".join)


@given(st.one_of(PIECES.map(str.encode), st.binary(max_size=200), st.text().map(str.encode)))
def test_any_bytes_give_plain_data_and_places_inside_the_file(data: bytes) -> None:
    document = read(data)
    lines = len(Lines(document.positions.reporter.lines.text))
    assert _types(document.data) <= set(PLAIN_TYPES)
    for diagnostic in document.diagnostics:
        place = diagnostic.place
        assert place is not None
        assert place.line is not None
        assert 1 <= place.line <= lines


@given(PIECES)
def test_data_is_only_ever_silent_about_faults_when_there_are_none(text: str) -> None:
    document = read(text)
    assert document.is_whole or document.diagnostics


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(
        st.characters(
            exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff\u2028\u2029\u0085"
        )
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_json_is_read_as_json(value: object) -> None:
    document = read(json.dumps({"a": value}, ensure_ascii=False))
    assert ({"a": value}, ()) == (document.data, document.diagnostics)


@pytest.mark.slow
def test_the_largest_file_with_the_most_slips_is_read_in_moments() -> None:
    data = ("\ta：“x”\n" * YAML_BYTES_MAX).encode()[:YAML_BYTES_MAX]
    document = read(data)
    assert (200, True) == (len(document.diagnostics), 0 < document.others < NODES_MAX)
