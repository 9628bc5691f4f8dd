"""campaign.yaml and massctl.yaml of any bytes: a model, or diagnostics with places; soon, and small."""

from pathlib import Path

import pytest
from fuzzing import (
    NIGHTLY,
    assert_linear,
    assert_sound,
    ending,
    examples,
    mutated,
    peak_bytes,
    texts,
)
from hypothesis import example, given
from hypothesis import strategies as st

from massctl.model.campaign import CampaignFile
from massctl.model.ids import CampaignName
from massctl.source.campaigns import load_campaign
from massctl.source.repository import Repository, UnreadableError
from massctl.source.settings import load_settings
from massctl.source.text import decode

SETTINGS = """\
# 谁发、怎么发
version: 1
language: zh
accounts:
  main:
    appid: wx0123456789abcdef
    secret_env: WECHAT_MAIN_SECRET
    kind: service
    api_base: https://api.weixin.qq.com
    external_links: footnotes
  other:
    appid: wxfedcba9876543210
    secret_env: WECHAT_OTHER_SECRET
    kind: service
state:
  backend: local
  lineage: 01JDXW00000000000000000000
policy:
  sending: enabled
  require_lock: false
  preview_ahead: 72h
  in_doubt: resubmit
  in_doubt_wait: 60
  api_hosts: []
"""
CAMPAIGN = """\
# yaml-language-server: $schema=../../schemas/campaign.schema.json
version: 1
title: 春季大促
account: main
edition: 1
audience:
  tag_id: 101
  expect: {min: 1000, max: 200000}
send:
  not_before: 2026-12-01T20:00:00+08:00
  not_after: 2026-12-01T22:00:00+08:00
  send_ignore_reprint: false
  same_content: refuse
preview:
  towxname: [editor_li]
vars: {price: 1999, tiers: [a, b], more: {x: 0x1F, y: 1.5e3}}
mpnews:
  articles:
    - title: "春季大促，{{ price }} 元起"
      author: 编辑部
      digest: |
        三天，错过等一年
      content: articles/main.md.j2
      cover: images/cover.jpg
      content_source_url: https://example.com/sale
      need_open_comment: true
      only_fans_can_comment: false
"""
KEYS = [
    "version:",
    "title:",
    "account:",
    "edition:",
    "audience:",
    "is_to_all:",
    "tag_id:",
    "tag:",
    "openids:",
    "expect:",
    "min:",
    "max:",
    "send:",
    "not_before:",
    "not_after:",
    "preview:",
    "towxname:",
    "vars:",
    "mpnews:",
    "articles:",
    "content:",
    "cover:",
    "text:",
    "image:",
    "files:",
    "voice:",
    "accounts:",
    "main:",
    "appid:",
    "secret_env:",
    "policy:",
    "state:",
    "backend:",
    "quiet_hours:",
    "timezone:",
    "freeze:",
    "api_hosts:",
    "preview_ahead:",
    "proxy_env:",
    "token_command:",
]
VALUES = [
    "1",
    "true",
    "false",
    "yes",
    "null",
    "~",
    "main",
    "0o17",
    "0x1F",
    "1_000",
    "1e3",
    ".nan",
    ".inf",
    "-.inf",
    "2026-12-01",
    "2026-12-01T20:00:00+08:00",
    "2026-02-30T25:61:61+99:99",
    "0000-00-00",
    "9999-12-31T23:59:59-23:59",
    "72h",
    "99999999999999999999d",
    "22:00",
    "Asia/Shanghai",
    "../..",
    "&a",
    "*a",
    "<<:",
    "!!int",
    "!!binary",
    "!!python/object:os.system",
    "!x",
    "[",
    "]",
    "{",
    "}",
    ",",
    "-",
    "?",
    ":",
    "|",
    ">",
    "|9",
    ">-",
    "%YAML",
    "%TAG",
    "---",
    "...",
    "#",
    "''",
    '""',
    '"\\x',
]
PIECES = [
    *KEYS,
    *(f" {value}" for value in VALUES),
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    "\r\n",
    "\r",
    "\t",
    ": ",
    "9" * 5000,
    "- " * 30,
    "[" * 120,
    "{a: " * 120,
]
MUTATIONS = [piece.encode("utf-8", "surrogatepass") for piece in PIECES]
TEXTS = texts(PIECES, most=30).map(lambda text: text.encode("utf-8", "surrogatepass"))
ENCODED = st.tuples(
    st.sampled_from([SETTINGS, CAMPAIGN]),
    st.sampled_from(["utf-16", "utf-16-le", "gb18030", "utf-8-sig", "utf-32"]),
).map(lambda each: each[0].encode(each[1]))
LINE_ENDS = st.sampled_from(["\r\n", "\r", "\n\r", "\x85", "\u2028"]).map(
    lambda end: CAMPAIGN.replace("\n", end).encode()
)
FILES = st.one_of(
    st.binary(max_size=200),
    TEXTS,
    mutated(st.sampled_from([SETTINGS.encode(), CAMPAIGN.encode()]), MUTATIONS),
    mutated(st.sampled_from([SETTINGS.encode(), CAMPAIGN.encode()]), MUTATIONS),
    mutated(ENCODED),
    mutated(LINE_ENDS),
)
LARGE_BYTES = 200_000
"""By day; the limit on YAML files is five times that."""
NAME = CampaignName("spring")
PATH = "campaigns/spring/campaign.yaml"


class OneFile(Repository):
    """A repository in which every file holds the same."""

    def __init__(self, data: bytes) -> None:
        super().__init__(Path("nowhere"))
        self.data = data

    def read_bytes(self, path: str, limit: int) -> bytes:
        if len(self.data) > limit:
            raise UnreadableError("MC002", path, "too large")  # type: ignore[arg-type]
        return self.data


def judge(data: bytes, *, text: str | None = None) -> tuple[CampaignFile | None, list[str]]:
    """Read bytes as both files; give the campaign, and the codes of what is wrong with it."""
    repository = OneFile(data)
    with ending():
        settings, faults = load_settings(repository, loopback_override=None)
        loaded = load_campaign(repository, NAME, None)
    assert (settings is None) == bool(faults)
    assert (loaded.file is None) == bool(loaded.diagnostics)
    shown = decode(data)[0] if text is None else text
    assert_sound([*faults, *loaded.diagnostics], {PATH: shown, "massctl.yaml": shown})
    return loaded.file, [each.code for each in loaded.diagnostics]


def test_the_samples_are_valid_so_that_their_mutations_are_close():
    assert load_campaign(OneFile(CAMPAIGN.encode()), NAME, None).file is not None
    assert load_settings(OneFile(SETTINGS.encode()), loopback_override=None)[0] is not None


@given(FILES)
@examples(250)
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe")
@example(b"a: &a [*a]")
@example(b"<<: {<<: {a: 1}}")
@example(b"? {a: b}\n: c")
@example(b"version: " + b"9" * 5000)
@example(b"version: 0x" + b"f" * 5000)
@example(b"edition: 1e99999999")
@example(b"send: {not_before: '9999-12-31T23:59:59-23:59', not_after: '0001-01-01T00:00:00+23:59'}")
@example(b'title: "\\ud800"')
@example(b'title: "\\U00110000"')
@example(b"title: \xed\xa0\x80")
@example(b"%YAML 99.9\n---\na: 1")
@example(b"%TAG ! tag:x\n---\na: !y 1")
@example(b"--- a\n--- b")
@example(b"!!set {a, b}")
@example(b"vars: !!omap [a: 1]")
@example(b"title: !!binary aGk=")
@example(b"\tversion: 1")
def test_any_bytes_are_a_model_or_faults_in_their_places(data):
    judge(data)


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
MERGES = "a0: &a0 {k0: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}], k{n}: 1}}\n" for n in range(1, 10)
)
BIG = {
    "aliases that stand for a thousand million values": LAUGHS,
    "merge keys that stand for a thousand million keys": MERGES,
    "aliases as keys": "a: &a x\n" + "*a : 1\n" * 50_000,
    "a list that is deep": "[" * 500_000,
    "keys that are deep": "{a: " * 200_000,
    "dashes that are deep": "- " * 500_000,
    "question marks that are deep": "? " * 500_000,
    "blocks that are deep": "".join(" " * n + "a:\n" for n in range(1_000)),
    "one long line": "title: " + "字" * 300_000,
    "one long key": "a" * 1_000_000,
    "one long comment": "#" * 1_000_000,
    "many keys": "".join(f"k{n}: 1\n" for n in range(60_000)),
    "the same key": "version: 1\n" * 90_000,
    "many unknown keys": "audience:\n" + "".join(f"  tag_ie{n}: 1\n" for n in range(9_000)),
    "many colons": ":" * 1_000_000,
    "many wide colons": "version：" * 100_000,
    "many wide commas": "[" + "a，" * 200_000,
    "many curly quotes": "title: " + "“" * 300_000,
    "many quotes": "title: " + "'" * 999_999,
    "many open quotes": "a: '\n" * 150_000,
    "many escapes": 'title: "' + "\\" * 900_000 + '"',
    "many tabs": "\t" * 1_000_000,
    "many tabbed lines": "\tversion: 1\n" * 60_000,
    "many line ends": "\r" * 1_000_000,
    "many documents": "---\n" * 200_000,
    "many anchors": "[" + "&a x," * 100_000,
    "many tags": "[" + "!x y," * 100_000,
    "many braces of Jinja": "title: " + "{{ x }}" * 100_000,
    "many open braces of Jinja": "[" + "{{ " * 200_000,
    "many control characters": "\x01\n" * 400_000,
    "a huge number": "version: " + "9" * 900_000,
    "a huge number in hexadecimal": "version: 0x" + "f" * 900_000,
    "a huge number in octal": "version: 0o" + "7" * 900_000,
    "many dots of a number": "version: " + "1." * 400_000,
    "a literal of empty lines": "title: |\n" + "\n" * 900_000,
    "a folded text": "title: >\n" + "  a\n" * 200_000,
    "many blanks": "a" + " " * 900_000 + "b",
    "many pieces of freeze": "policy:\n  freeze: [" + "2027-01-28/2027-02-03, " * 9_000 + "]",
    "many wide colons in braces": "{" + "字：" * 150_000,
    "many wide colons behind a blank": "{" + "a b：" * 150_000,
    "many wide brackets": "[" + "［" * 300_000,
    "many empty items": "audience: [" + "," * 900_000,
}


@pytest.mark.parametrize("what", BIG)
def test_a_large_file_is_judged_soon_and_small(what):
    data = BIG[what].encode()[: None if NIGHTLY else LARGE_BYTES]
    judge(data)


def test_a_thousand_million_aliases_take_little_memory():
    data = LAUGHS.encode()
    assert peak_bytes(lambda: load_campaign(OneFile(data), NAME, None)) < 40_000_000


REPEATED = {
    "plain lines": "k: v\n",
    "wide colons": "version：1\n",
    "list items": "- a\n",
    "sentences": "- 一句话，两句话：“三句话”\n",
    "open quotes": "a: '\n",
    "curly quotes": "“",
    "tabs": "\t",
    "wide commas": "a，",
    "wide colons behind blanks": "a b：",
    "nested lists": "[",
    "keys in braces": "{a: ",
    "blanks": " ",
    "colons": ":",
    "double quotes": '"a" ',
    "Jinja": "{{ x }}",
    "key-like words": "a b c ",
    "hashes": " #",
}


@pytest.mark.parametrize("before", ["", "title: ", "[", "- "])
@pytest.mark.parametrize("what", REPEATED)
def test_reading_takes_no_more_than_linear_time(what, before):
    def work(size):
        repository = OneFile((before + REPEATED[what] * size).encode())
        return lambda: load_campaign(repository, NAME, None)

    assert_linear(work, 3_000 // len(REPEATED[what]))
