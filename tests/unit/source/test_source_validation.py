"""What is wrong in campaign.yaml and massctl.yaml, said once, at its place, in plain words."""

import difflib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from massctl.model.campaign import CampaignFile
from massctl.model.defaults import DefaultsFile
from massctl.model.diagnostics import Diagnostic
from massctl.model.settings import MassctlFile
from massctl.source import reporter
from massctl.source.campaigns import Loaded, about_cut_texts
from massctl.source.defaults import defaults_at
from massctl.source.repository import Repository
from massctl.source.settings import load_settings
from massctl.source.validation import known_keys, wrong_key_form

Load = Callable[[str | bytes], Loaded]
LoadSettings = Callable[..., tuple[MassctlFile | None, list[Diagnostic]]]

HEAD = "version: 1\naccount: main\n"
ALL = "audience: {is_to_all: true}\n"
TEXT = "text: {content: 春季}\n"
VALID = HEAD + ALL + TEXT


def news(cover: str) -> str:
    return f"{HEAD}{ALL}mpnews:\n  articles: [{{title: t, cover: {cover}, content: c.md}}]\n"


def told(diagnostics: Any) -> list[tuple[str, int, int]]:
    return [(d.code, d.place.line, d.place.column) for d in diagnostics]


def said(diagnostics: Any) -> list[tuple[str, str | None]]:
    return [(str(d.message), d.hint and str(d.hint)) for d in diagnostics]


def test_a_valid_campaign_is_a_model_without_diagnostics(campaign: Load) -> None:
    loaded = campaign(VALID)
    assert ((), "春季") == (
        loaded.diagnostics,
        loaded.file and loaded.file.message.model_dump()["content"],
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (VALID + "titel: x\n", ("MC011", 5, 1)),
        (VALID + "bogus: x\n", ("MC011", 5, 1)),
        (VALID + "not_before: x\n", ("MC011", 5, 1)),
        (ALL + TEXT + "version: 1\n", ("MC012", 1, 1)),
        (ALL + TEXT + "version: 1\nacount: main\n", ("MC011", 4, 1)),
        (HEAD + ALL + "mpnews:\n  articles:\n  - title: a\n    content: b\n", ("MC012", 6, 5)),
        (HEAD + TEXT + "audience: {is_to_all: yes}\n", ("MC013", 4, 23)),
        (HEAD + TEXT + "audience: {is_to_all: 1}\n", ("MC013", 4, 23)),
        (HEAD + TEXT + "audience: {is_to_all: false}\n", ("MC016", 4, 12)),
        (HEAD + TEXT + "audience:\n", ("MC013", 4, 1)),
        (HEAD + TEXT + "audience: 3\n", ("MC013", 4, 11)),
        (HEAD + TEXT + "audience: {tag_id: }\n", ("MC013", 4, 12)),
        (HEAD + TEXT + "audience: {tag_id: -1}\n", ("MC014", 4, 20)),
        (HEAD + TEXT, ("MC016", 1, 1)),
        (HEAD + TEXT + "audience: {}\n", ("MC016", 4, 1)),
        (HEAD + TEXT + "audience: {is_to_al: true, expect: {min: 2, max: 1}}\n", ("MC011", 4, 12)),
        (HEAD + TEXT + "audience: {is_to_all: true, tag_id: 3}\n", ("MC016", 4, 29)),
        (HEAD + ALL, ("MC015", 1, 1)),
        (VALID + "ignore: MC215\n", ("MC013", 5, 9)),
        (VALID + "ignore: [{code: MC215}]\n", ("MC012", 5, 10)),
        (VALID + "ignore: [{code: MC215, reason: ' '}]\n", ("MC014", 5, 32)),
        (VALID + "ignore: [{code: mc215, reason: x}]\n", ("MC014", 5, 17)),
        (VALID + "ignore: [{code: MC999, reason: x}]\n", ("MC014", 5, 17)),
        (news("''"), ("MC014", 5, 32)),
        (news("5"), ("MC013", 5, 32)),
        (news("[a.jpg]"), ("MC013", 5, 32)),
        (news("{focus: [0.5, 0.5]}"), ("MC012", 5, 25)),
        (news("{file: a, fokus: [0.5, 0.5]}"), ("MC011", 5, 42)),
        (news("{file: a, focus: [0.5]}"), ("MC014", 5, 49)),
        (news("{file: a, focus: [0.5, 1.5]}"), ("MC014", 5, 55)),
        (news("{file: a, focus: [0.5, x]}"), ("MC013", 5, 55)),
        (news("{file: a, crop_235_1: 0_0_1_2}"), ("MC014", 5, 54)),
        (news("{file: a, crop_1_1: 0_0_0_1}"), ("MC014", 5, 52)),
        (VALID + "mpnews: {articles: [{title: a, content: b, cover: c}]}\n", ("MC015", 5, 1)),
        (HEAD + ALL + "txt: {content: x}\n", ("MC011", 4, 1)),
        (HEAD + ALL + "text: {content: ''}\n", ("MC014", 4, 17)),
        (HEAD + ALL + "mpnews: {articles: []}\n", ("MC014", 4, 20)),
        (VALID + "edition: 0\n", ("MC014", 5, 10)),
        (VALID + "edition: 1.0\n", ("MC013", 5, 10)),
        (VALID + "preview: {touser: oABC}\n", ("MC013", 5, 19)),
        (VALID + "preview: {touser: [oABC123, 3]}\n", ("MC013", 5, 29)),
        (VALID + 'vars: {"a b": 1}\n', ("MC014", 5, 8)),
        (VALID + "send: {same_content: maybe}\n", ("MC014", 5, 22)),
        (VALID + "send: {not_before: 2026-12-01T20:00:00+08:00}\n", ("MC012", 5, 8)),
        (VALID.replace("version: 1", "version: true"), ("MC013", 1, 10)),
        (VALID.replace("version: 1", "version: 2"), ("MC014", 1, 10)),
        (VALID.replace("main", "mian"), ("MC019", 2, 10)),
        ("[]", ("MC013", 1, 1)),
        ("just text", ("MC013", 1, 1)),
    ],
)
def test_one_fault_is_one_diagnostic_at_its_place(
    campaign: Load, text: str, expected: tuple[str, int, int]
) -> None:
    loaded = campaign(text)
    found = told(loaded.diagnostics)
    assert (expected, None) == (found[0], loaded.file)
    # a second real fault of the same block, never noise
    assert {"MC014"} >= {code for code, _, _ in found[1:]}


NAME = "a WeChat name (微信号), not the name that friends see: letters, digits, _ and -"
FIRST_KEY = "before the first key of each entry, and the other keys below it"


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("titel: x", "unknown key titel", "did you mean title?"),
        ("not_before: x", "unknown key not_before", "not_before belongs under send"),
        (
            "send: {title: x}",
            "unknown key title",
            "the keys here are not_before, not_after, date, send_ignore_reprint, same_content, over_limit",
        ),
        (
            "send: {send_ignore_reprint: On}",
            'send_ignore_reprint: expected true or false, found the text "On"',
            "in YAML 1.2 only true and false are booleans: write true",
        ),
        (
            'send: {send_ignore_reprint: "true"}',
            'send_ignore_reprint: expected true or false, found the text "true"',
            "write true without quotes",
        ),
        (
            'edition: "2"',
            'edition: expected a whole number, found the text "2"',
            "write the number without quotes",
        ),
        (
            "title: 1999",
            "title: expected a text, found the number 1999",
            "put it in quotes if it is text",
        ),
        ("title: [a]", "title: expected a text, found a list", "write a text"),
        (
            "title:",
            "title has no value",
            "write a value after it, in quotes if it begins with `#`, or delete the key",
        ),
        (
            "preview: {touser: [oABC123, {b: c}]}",
            "touser[2]: expected a text, found keys with values",
            "write a text",
        ),
        (
            "ignore: {a: b}",
            "ignore: expected a list, found keys with values",
            f"write `- ` {FIRST_KEY}",
        ),
        (
            "preview: {towxname: [李小姐]}",
            f'towxname[1]: expected {NAME}, found the text "李小姐"',
            f"write {NAME}",
        ),
        (
            "send: {same_content: true}",
            "same_content: expected a text, found true",
            "write refuse, allow",
        ),
        (
            "send: {same_content: maybe}",
            'same_content: the text "maybe" is not allowed',
            "write refuse, allow",
        ),
    ],
)
def test_faults_are_said_in_plain_words(campaign: Load, line: str, message: str, hint: str) -> None:
    assert [(message, hint)] == said(campaign(VALID + line + "\n").diagnostics)


@pytest.mark.parametrize(
    ("time", "code", "message"),
    [
        (
            "2026-12-01T20:00:00",
            "MC017",
            "not_after: the offset is missing after 2026-12-01T20:00:00",
        ),
        ("2026-12-01 20:00", "MC017", "not_after: the offset is missing after 2026-12-01 20:00"),
        (
            "2026-12-01",
            "MC017",
            "not_after: a time of day and an offset are missing after 2026-12-01",
        ),
        (
            "tomorrow",
            "MC017",
            'not_after: expected a time with an offset, found the text "tomorrow"',
        ),
        ("2026-13-01T20:00:00+08:00", "MC014", "not_after: there is no such time"),
        ("2026-02-30T20:00:00Z", "MC014", "not_after: there is no such time"),
        ("0001-01-01T00:00:00+14:00", "MC014", "not_after: there is no such time"),
        (
            "2026-11-01T20:00:00+08:00",
            "MC020",
            "not_after must be later than not_before, 2026-11-30T20:00:00+08:00",
        ),
    ],
)
def test_times_need_an_offset_and_a_place_in_the_calendar(
    campaign: Load, time: str, code: str, message: str
) -> None:
    window = f"send:\n  not_before: 2026-11-30T20:00:00+08:00\n  not_after: {time}\n"
    (diagnostic,) = campaign(VALID + window).diagnostics
    assert (code, message) == (diagnostic.code, diagnostic.message)
    assert (7, 14) == (
        diagnostic.place and diagnostic.place.line,
        diagnostic.place and diagnostic.place.column,
    )


def test_everything_is_reported_at_once(campaign: Load) -> None:
    loaded = campaign(
        """\
        version: 1
        titel: “春季”
        account: mian
        audience: {is_to_all: yes, tag_id: 1}
        send: {not_before: 2026-12-01T20:00:00, not_after: 3}
        text: {content: 1, content: 2}
        mpnews:
          articles: []
        """
    )
    expected = "MC011 MC007 MC019 MC013 MC016 MC017 MC013 MC013 MC005 MC015 MC014"
    assert expected.split() == [d.code for d in loaded.diagnostics]
    assert [2, 2, 3, 4, 4, 5, 5, 6, 6, 7, 8] == [
        d.place.line for d in loaded.diagnostics if d.place
    ]


def test_behind_a_syntax_error_only_full_width_signs_and_tabs_are_told(campaign: Load) -> None:
    loaded = campaign(
        "version: true\ntitle: a\naccount：mian\nedition: yes\ntext:\n\tcontent： a\n"
    )
    found = [(d.code, d.place and d.place.line) for d in loaded.diagnostics]
    assert [("MC013", 1), ("MC006", 3), ("MC008", 6), ("MC006", 6)] == found


def test_broken_yaml_does_not_make_missing_keys(campaign: Load) -> None:
    assert ["MC013", "MC004"] == [
        d.code for d in campaign("version: true\ntitle: [a\naccount: main\n").diagnostics
    ]


def test_an_excerpt_holds_the_line_and_its_correction(campaign: Load) -> None:
    (diagnostic,) = campaign(VALID + "title：😀春季 # 注释\n").diagnostics
    assert diagnostic.excerpt is not None
    assert ("title：😀春季 # 注释", "title: 😀春季 # 注释") == (
        diagnostic.excerpt.written,
        diagnostic.excerpt.corrected,
    )


def test_later_faults_find_their_place_by_path(campaign: Load) -> None:
    text = (
        HEAD
        + ALL
        + "mpnews:\n  articles:\n    - title: 春季\n      content: a.md\n      cover: c.jpg\n"
    )
    place = campaign(text).place(("mpnews", "articles", 0, "title"))
    assert ("campaigns/spring/campaign.yaml", 6, 14, 6, 16) == (
        place.file,
        place.line,
        place.column,
        place.end_line,
        place.end_column,
    )


ACCOUNT = (
    "version: 1\naccounts:\n  main: {appid: wx0123456789abcdef, secret_env: S, kind: service}\n"
)
SECOND = "  other: {appid: wx0123456789abcdee, secret_env: S, kind: service, original_id: gh_0123456789ab}\n"
ORIGINAL = ACCOUNT.replace("}", ", original_id: gh_0123456789ab}") + SECOND
LOOPBACK = ACCOUNT.replace("}", ", api_base: 'http://127.0.0.1:8080'}")


def test_valid_settings_are_a_model(settings: LoadSettings) -> None:
    model, diagnostics = settings(ACCOUNT)
    assert (["main"], []) == (model and list(model.accounts), diagnostics)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ACCOUNT.replace("service", "servise"), ("MC014", 3, 58)),
        (ACCOUNT.replace("main", "Main"), ("MC014", 3, 3)),
        (ACCOUNT.replace("secret_env: S", "secret_env: a-b"), ("MC014", 3, 49)),
        (ACCOUNT.replace("}", ", api_base: 'https://evil.example'}"), ("MC023", 3, 77)),
        (ACCOUNT.replace("}", ", api_base: 'http://api.weixin.qq.com'}"), ("MC023", 3, 77)),
        ("version: 1\naccounts: {}\n", ("MC014", 2, 11)),
        (ORIGINAL, ("MC014", 4, 81)),
        (ACCOUNT + "state: {backend: svn}\n", ("MC014", 4, 18)),
        (ACCOUNT + "state: {branch: x}\n", ("MC014", 4, 9)),
        (ACCOUNT + "state: {backend: local, remote: x}\n", ("MC014", 4, 25)),
        (ACCOUNT + "state: {backend: git, branch: ../main}\n", ("MC014", 4, 31)),
        (ACCOUNT + "state: {backend: git, branch: -f}\n", ("MC014", 4, 31)),
        (ACCOUNT + "state: {backend: git, remote: 'a b'}\n", ("MC014", 4, 31)),
        (ACCOUNT + "state: {backend: git, token_env: a-b}\n", ("MC014", 4, 34)),
        (ACCOUNT + "policy: {require_lock: yes}\n", ("MC013", 4, 24)),
        (ACCOUNT + "policy: {require_preview: yes}\n", ("MC013", 4, 27)),
        (ACCOUNT + "policy: {banned_words: x}\n", ("MC013", 4, 24)),
        (ACCOUNT + "policy: {in_doubt_wait: 5}\n", ("MC014", 4, 25)),
        (ACCOUNT + "policy: {preview_ahead: 3 days}\n", ("MC014", 4, 25)),
        (ACCOUNT + "policy: {freeze: [2027-02-30]}\n", ("MC014", 4, 19)),
        (ACCOUNT + "policy: {freeze: [2027-02-03/2027-01-28]}\n", ("MC014", 4, 19)),
        (ACCOUNT + "policy: {freeze: [soon]}\n", ("MC014", 4, 19)),
        (ACCOUNT + 'policy: {quiet_hours: {from: "22:00", to: "8:00"}}\n', ("MC014", 4, 43)),
        (ACCOUNT + 'policy: {quiet_hours: {from: "08:00", to: "08:00"}}\n', ("MC014", 4, 43)),
        (
            ACCOUNT
            + 'policy: {quiet_hours: {from: "22:00", to: "08:00", timezone: Asia/Peking}}\n',
            ("MC014", 4, 62),
        ),
        (
            ACCOUNT + 'policy: {quiet_hours: {from: "22:00", to: "08:00", timezone: America}}\n',
            ("MC014", 4, 62),
        ),
        (
            ACCOUNT + 'policy: {quiet_hours: {from: "22:00", to: "08:00", timezone: ../../etc}}\n',
            ("MC014", 4, 62),
        ),
    ],
)
def test_one_fault_of_the_settings_is_one_diagnostic(
    settings: LoadSettings, text: str, expected: tuple[str, int, int]
) -> None:
    model, diagnostics = settings(text)
    assert (None, [expected]) == (model, told(diagnostics))


@pytest.mark.parametrize(
    ("before", "after"), [("89ab}\n  other", "89ac}\n  other"), ("cdee", "cdef")]
)
def test_an_original_id_is_one_account_s(settings: LoadSettings, before: str, after: str) -> None:
    model, diagnostics = settings(ORIGINAL.replace(before, after))
    assert (["main", "other"], []) == (model and list(model.accounts), diagnostics)


@pytest.mark.parametrize(("text", "override"), [(LOOPBACK, None), (ACCOUNT, "http://localhost:1")])
def test_a_short_wait_is_for_loopback(
    settings: LoadSettings, text: str, override: str | None
) -> None:
    model, _ = settings(text + "policy: {in_doubt_wait: 0}\n", override)
    assert 0 == (model and model.policy.in_doubt_wait)


def test_an_override_that_is_not_loopback_keeps_the_wait(settings: LoadSettings) -> None:
    _, diagnostics = settings(
        LOOPBACK + "policy: {in_doubt_wait: 0}\n", "https://api.weixin.qq.com"
    )
    assert ["MC014"] == [d.code for d in diagnostics]


def test_a_secret_in_the_place_of_a_name_is_reported_and_not_shown(settings: LoadSettings) -> None:
    secret = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
    _, diagnostics = settings(ACCOUNT.replace("secret_env: S", f"secret_env: {secret}"))
    assert ["MC014"] == [d.code for d in diagnostics]
    assert secret not in repr(diagnostics)


def test_a_secret_under_an_unknown_key_is_not_shown(settings: LoadSettings) -> None:
    secret = "0102c3d4e5f60718293a4b5c6d7e8f90"
    _, diagnostics = settings(ACCOUNT.replace("kind", f"secret: {secret}, kind"))
    assert ["MC011"] == [d.code for d in diagnostics]
    assert secret not in repr(diagnostics)


@pytest.mark.parametrize("key", ["secret", "appsecret", "AppSecret", "app_secret"])
@pytest.mark.parametrize("value", ["0102c3d4e5f60718293a4b5c6d7e8f90", "hunter2", "98765"])
def test_a_secret_in_the_place_of_the_name_of_its_variable_is_one_error(
    settings: LoadSettings, key: str, value: str
) -> None:
    _, (fault,) = settings(ACCOUNT.replace("secret_env: S", f"{key}: {value}"))
    assert ("MC011", f"unknown key {key}") == (fault.code, fault.message)
    assert (
        "take it out of the file, write the name of a variable under secret_env, and reset the secret"
        in fault.hint
    )
    assert value not in repr(fault)


def test_a_variable_under_a_misspelt_key_is_one_error(settings: LoadSettings) -> None:
    _, (fault,) = settings(ACCOUNT.replace("secret_env: S", "secret: WECHAT_SECRET"))
    assert "did you mean secret_env?" == fault.hint


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("[a, b]", "a list"),
        ("{a: b}", "keys with values"),
        ("12345", 'the text "********"'),
        ("true", "true"),
    ],
)
def test_a_private_value_of_the_wrong_type_is_named_and_not_shown(
    settings: LoadSettings, value: str, found: str
) -> None:
    _, (fault,) = settings(ACCOUNT.replace("secret_env: S", f"secret_env: {value}"))
    assert f"secret_env: expected a text, found {found}" == fault.message


def test_a_flag_that_is_no_boolean_is_told_which_words_are_ones(campaign: Load) -> None:
    (fault,) = campaign(HEAD + TEXT + "audience: {is_to_all: yes}\n").diagnostics
    assert ("MC013", "write true or false") == (fault.code, fault.hint)


@pytest.mark.parametrize("model", [CampaignFile, MassctlFile])
def test_every_key_of_the_format_is_known_to_the_search_for_slips(model: type[Any]) -> None:
    names = {field.alias or name for name, field in model.model_fields.items()}
    assert names <= known_keys(model)


@pytest.mark.slow
def test_a_report_of_one_file_ends_and_counts_the_rest(campaign: Load) -> None:
    first, *others = campaign(VALID + "".join(f"k{n}: 1\n" for n in range(2_000))).diagnostics
    assert ("unknown key k0", 200) == (first.message, len(others))
    assert ("info", "1,800 more faults were found in this file") == (
        others[-1].severity,
        others[-1].message,
    )


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often what costs most is done: the search for a near name, and the look at the lines above a line."""
    done: Counter[str] = Counter()
    near, public = difflib.get_close_matches, reporter.public_line
    monkeypatch.setattr(
        "massctl.model.near_name.get_close_matches",
        lambda *given, **named: done.update(["near"]) or near(*given, **named),
    )
    monkeypatch.setattr(
        reporter, "public_line", lambda *given: done.update(["lines"]) or public(*given)
    )
    return done


UNKNOWN = "".join(f"  accoun{n}: 1\n" for n in range(3_000))


@pytest.mark.night
@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        UNKNOWN.replace("  ", ""),
        f"audience:\n{UNKNOWN}",
        f"theme:\n{UNKNOWN}",
        "version: 1\n" * 3_000,
        "a: '\n" * 3_000,
    ],
    ids=["top", "audience", "theme", "the same key", "open quotes"],
)
def test_the_work_for_the_faults_of_a_file_is_bounded(
    campaign: Load, settings: LoadSettings, work: Counter[str], text: str
) -> None:
    assert (201, True, True) == (
        len(campaign(text).diagnostics),
        work["near"] <= 200,
        work["lines"] <= 500,
    )
    work.clear()
    assert (201 >= len(settings(text)[1]), True, True) == (
        True,
        work["near"] <= 200,
        work["lines"] <= 500,
    )


@pytest.mark.slow
def test_the_work_for_texts_that_are_cut_is_bounded(campaign: Load, work: Counter[str]) -> None:
    loaded = campaign(VALID + "vars:\n" + "".join(f"  k{n}: a #1\n" for n in range(1_000)))
    found = about_cut_texts(loaded.positions)
    assert (201, "800 more faults were found in this file", 200) == (
        len(found),
        found[-1].message,
        work["lines"],
    )


def test_an_empty_file_is_one_fault(campaign: Load) -> None:
    assert [("MC004", "the file is empty")] == [
        (d.code, d.message) for d in campaign("# nothing\n").diagnostics
    ]


def test_missing_settings_are_one_fault(tmp_path: Path) -> None:
    _, diagnostics = load_settings(Repository(tmp_path), loopback_override=None)
    assert [("MC001", "massctl.yaml is missing")] == [(d.code, d.message) for d in diagnostics]


def test_a_list_that_is_too_long_is_said_with_its_limit(campaign: Load) -> None:
    article = "{title: a, content: b, cover: c}"
    loaded = campaign(HEAD + ALL + f"mpnews: {{articles: [{', '.join([article] * 9)}]}}\n")
    assert [("articles takes at most 8", "take some out")] == said(loaded.diagnostics)


def test_a_fault_of_the_whole_file_points_at_its_first_line(campaign: Load) -> None:
    places = {
        (d.place.line, d.place.end_line)
        for d in campaign("# x\nversion: 1\ntitle: a\n").diagnostics
        if d.place
    }
    assert {(2, 2)} == places


def test_a_list_that_is_too_long_is_marked_at_its_first_item_too_many(campaign: Load) -> None:
    articles = "".join(f"    - {{title: a{n}, content: b.md, cover: c.jpg}}\n" for n in range(9))
    found = campaign(HEAD + ALL + "mpnews:\n  articles:\n" + articles).diagnostics
    assert [("MC014", 14, 7)] == told(found)
    assert ["articles takes at most 8"] == [d.message for d in found]


def test_a_duration_without_its_unit_is_told_the_unit(settings: LoadSettings) -> None:
    _, diagnostics = settings(ACCOUNT + "policy: {preview_ahead: 72}\n")
    assert ["write 72h"] == [d.hint for d in diagnostics]


def test_a_name_of_a_variable_is_ascii(campaign: Load) -> None:
    (diagnostic,) = campaign(VALID + "vars: {菜: 1}\n").diagnostics
    assert (
        "菜 is not a variable's name: ASCII letters, digits and _, no digit first"
        == diagnostic.message
    )


def test_a_tag_that_would_run_something_is_one_fault(campaign: Load) -> None:
    found = campaign(VALID + 'title: !!python/object/apply:os.system ["id"]\n').diagnostics
    assert ["MC021"] == [d.code for d in found]


def test_a_correction_keeps_the_blanks_it_begins_with(campaign: Load) -> None:
    found = campaign(HEAD + ALL + "text:\n\tcontent: a\n").diagnostics
    (corrected,) = [d.excerpt.corrected for d in found if d.code == "MC008" and d.excerpt]
    assert (True, "content: a") == ((corrected or "").startswith("  "), (corrected or "").strip())


@pytest.mark.parametrize(
    ("written", "place", "corrected"),
    [
        ("title: 周六 #1 期", (4, 11, 15), 'title: "周六 #1 期"'),
        ("title: Learn C #", (4, 16, 17), 'title: "Learn C #"'),
        ('title: 说 "好" #春天# # x  ', (4, 14, 22), "title: '说 \"好\" #春天# # x'"),
        ("vars: {a: [1], b:\n  集合 #2 号门\n  }", (5, 6, 11), '  "集合 #2 号门"'),
    ],
)
def test_what_yaml_takes_for_a_comment_in_a_text_is_a_warning(
    campaign: Load, written: str, place: tuple[int, int, int], corrected: str
) -> None:
    loaded = campaign(HEAD + ALL + written + "\n" + TEXT)
    (warning,) = about_cut_texts(loaded.positions)
    assert loaded.file is not None
    assert ("MC033", "warning") == (warning.code, warning.severity)
    assert place == (warning.place.line, warning.place.column, warning.place.end_column)
    assert corrected == warning.excerpt.corrected


@pytest.mark.parametrize(
    "written",
    [
        "title: 周六 # 第一期",
        "title: 周六  #第一期",
        'title: "周六" #第一期',
        "title: '周六' #第一期",
        "title: 周六#1",
        "title: |  #x\n  周六 #1 期",
        "edition: 1 #第一期",
        "vars: {a: 1} #x",
        "theme: plain #house",
        "send: #window\n  not_before: 2026-12-01T20:00:00+08:00 #周二\n  not_after: 2026-12-01T21:00:00+08:00 #周二",
    ],
)
def test_an_ordinary_comment_is_no_warning(campaign: Load, written: str) -> None:
    loaded = campaign(HEAD + ALL + written + "\n" + TEXT)
    assert ([], True) == (about_cut_texts(loaded.positions), bool(loaded.positions.values))


def test_a_tags_name_in_the_place_of_its_number_is_told_where_it_belongs(campaign: Load) -> None:
    (found,) = said(campaign(VALID.replace("is_to_all: true", "tag_id: 会员")).diagnostics)
    assert found[1] == "a tag's name belongs under `tag:`; tag_id is its number"


def _key_patterns(annotation: Any) -> Iterator[str]:
    """Yield the patterns of the keys of every mapping in a type."""
    for each in get_args(annotation):
        yield from _key_patterns(each)
    if get_origin(annotation) is dict:
        (key, *_) = get_args(annotation)
        for each in getattr(key, "__metadata__", ()):
            yield each.pattern
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for field in annotation.model_fields.values():
            yield from _key_patterns(field.annotation)


@pytest.mark.parametrize("model", [CampaignFile, DefaultsFile, MassctlFile])
def test_every_form_of_a_name_of_the_users_has_its_words(model: type[BaseModel]):
    patterns = set(_key_patterns(model))
    assert patterns
    for pattern in patterns:
        assert "is not" in wrong_key_form(("x",), pattern).message


ARTICLE = "mpnews:\n  articles: [{title: t, cover: c.jpg, content: c.md}]\n"


@pytest.mark.parametrize("name", ["a b", "", "a=b&c", "中文", "1"])
def test_a_name_that_is_no_parameter_is_one_fault(
    campaign: Load, repository: Repository, name: str
):
    written = f'track: {{"{name}": x}}\n'
    (of_campaign,) = campaign(HEAD + ALL + ARTICLE + written).diagnostics
    (repository.root / "campaigns/_defaults.yaml").write_text(written)
    (of_defaults,) = defaults_at(repository, "campaigns/_defaults.yaml", None).diagnostics
    for each in (of_campaign, of_defaults):
        assert f"{name} is not a parameter's name: ASCII letters" in each.message


@pytest.mark.parametrize("finding", ["{}", "{edition: 1}"])
def test_a_finding_without_words_is_a_fault(campaign: Load, finding: str):
    (found,) = campaign(VALID + f"finding: [{finding}]\n").diagnostics
    assert ("MC012", "this finding says nothing") == (found.code, found.message)


@pytest.mark.parametrize("host", ["a.cn:8080", "https://a.cn/"])
@pytest.mark.parametrize("of_account", [False, True])
def test_a_host_of_ones_own_without_its_form_is_told_the_form(
    settings: LoadSettings, host: str, of_account: bool
):
    (found,) = settings(own_sites(host, of_account=of_account))[1]
    assert "shop.example.com, or *.example.com" in str(found.hint)


def own_sites(host: str, *, of_account: bool) -> str:
    written = f'own_sites: {{hosts: ["{host}"]}}'
    if of_account:
        return ACCOUNT.replace("}", f", {written}}}")
    return f"{ACCOUNT}{written}\n"


@pytest.mark.parametrize("of_account", [False, True])
@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("*.com", "*.com is many other people's hosts too"),
        ("*.com.cn", "*.com.cn is many other people's hosts too"),
        ("mp.weixin.qq.com", "mp.weixin.qq.com is WeChat's, and its articles take no tag"),
        ("*.qq.com", "*.qq.com is WeChat's, and its articles take no tag"),
        ("*.example.com", None),
        ("shop.com", None),
    ],
)
def test_a_host_that_cannot_be_ones_own_is_refused(
    settings: LoadSettings, host: str, why: str | None, of_account: bool
):
    _, found = settings(own_sites(host, of_account=of_account))
    assert [why] * bool(why) == [each.message for each in found]
