"""Whatever is given as an event: the end of a job, or one fault with a place inside it; bounded, and never an exception."""

import json
import re
from typing import Any

from fuzzing import (
    altered,
    assert_linear,
    ending,
    examples,
    json_values,
    mutated,
    peak_bytes,
    texts,
)
from hypothesis import example, given
from hypothesis import strategies as st

from massctl.callback.finish import INTEGER_MAX, URL_CHARACTERS_MAX, read_finish
from massctl.callback.tree import EVENT_BYTES_MAX
from massctl.model.diagnostics import CODES, Fault
from massctl.model.entries import JobFinish
from massctl.view.i18n import LANGUAGES, say

OPENID = "oR5Gjjl_eiZoUpGozMo7dbBJ362A"
RESULT = {
    "ArticleIdx": 1,
    "AuditState": 2,
    "OriginalArticleUrl": "http://mp.weixin.qq.com/s/x",
    "CanReprint": 1,
}
DOCUMENT: dict[str, Any] = {
    "ToUserName": "gh_7f083739789a",
    "FromUserName": OPENID,
    "CreateTime": 1796097600,
    "MsgType": "event",
    "Event": "MASSSENDJOBFINISH",
    "MsgID": 3147000001,
    "Status": "send success",
    "TotalCount": 100,
    "SentCount": 75,
    "CopyrightCheckResult": {"Count": 1, "ResultList": [RESULT], "CheckState": 2},
    "ArticleUrlResult": {
        "Count": 1,
        "ResultList": [{"ArticleIdx": 1, "ArticleUrl": "http://mp.weixin.qq.com/s/a"}],
    },
}
NAMES = [*DOCUMENT, *RESULT, "ResultList", "item", "CheckState", "ArticleUrl", "xml", "Encrypt"]
VALUES = [
    "MASSSENDJOBFINISH",
    "send success",
    "err(30003)",
    "9" * 30,
    "-1",
    "1e9",
    "\u0661",
    "gh_1",
    "http://a/b",
]
XML_PIECES = [
    *(f"<{name}>" for name in NAMES), *(f"</{name}>" for name in NAMES), *VALUES, "<![CDATA[", "]]>", "<!--", "-->",
    "<?xml version='1.0' encoding='utf-16'?>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "&#0;", "&#xD800;", "<item/>",
]  # fmt: skip


def as_xml(name: str, value: Any) -> str:
    """Write a JSON value as WeChat writes such a value in XML."""
    if isinstance(value, dict):
        return f"<{name}>{''.join(as_xml(key, each) for key, each in value.items())}</{name}>"
    if isinstance(value, list):
        return f"<{name}>{''.join(as_xml('item', each) for each in value)}</{name}>"
    return f"<{name}><![CDATA[{value}]]></{name}>"


WHOLE = as_xml("xml", DOCUMENT).encode()
JSON = (altered(DOCUMENT) | json_values([*NAMES, *VALUES])).map(
    lambda value: json.dumps(value).encode()
)
ORIGINALS = st.sampled_from([WHOLE, json.dumps(DOCUMENT).encode()])
BYTES = st.one_of(
    JSON,
    altered(DOCUMENT).map(lambda value: as_xml("xml", value).encode(errors="replace")),
    mutated(ORIGINALS, [piece.encode() for piece in XML_PIECES]),
    texts(XML_PIECES).map(lambda text: ("<xml>" + text + "</xml>").encode(errors="replace")),
    st.binary(max_size=200),
)


@examples(400)
@given(BYTES)
@example(WHOLE)
@example(WHOLE.replace(b"3147000001", b"9" * 5000))
@example(b'{"Event": "MASSSENDJOBFINISH", "MsgID": ' + b"9" * 5000 + b', "Status": "send success"}')
@example(b"\xfe\xff\x00<\x00x\x00m\x00l\x00/\x00>")
@example(b"<?xml version='1.0' encoding='utf-16'?><xml/>")
@example(b'{"a": NaN, "Event": Infinity}')
@example(b'{"Event": "\\ud800"}')
def test_an_event_is_the_end_of_a_job_or_one_fault(data: bytes) -> None:
    with ending():
        found = read_finish(data)
    if isinstance(found, Fault):
        assert found.code in CODES
        for language in LANGUAGES:
            for said in (say(found.message, language), say(found.hint, language)):
                assert said.encode()
                assert len(said) < 500
                assert OPENID not in said
        lines = data.decode("latin-1").split("\n")
        assert found.line is None or 1 <= found.line <= len(lines) + 1
        assert found.column is None or found.column >= 1
        return
    assert isinstance(found, JobFinish)
    assert 0 < found.said.msg_id <= INTEGER_MAX
    assert (found.said.status == "sent") == (found.said.reason is None)
    assert found.said.reason is None or re.fullmatch(r"err\(\d{1,9}\)|send fail", found.said.reason)
    counts = (
        found.said.total_count,
        found.said.filter_count,
        found.said.sent_count,
        found.said.error_count,
    )
    assert all(count is None or 0 <= count <= INTEGER_MAX for count in counts)
    assert all(
        len(url) <= URL_CHARACTERS_MAX and url.isascii() for url in found.said.article_urls or ()
    )
    assert len(found.said.article_urls or ()) <= 8
    # What is recorded can be written, and holds nothing of the sender.
    assert OPENID not in repr(found.said)


def test_reading_takes_time_and_memory_in_proportion() -> None:
    def prepare(size: int) -> Any:
        items = "<item><ArticleIdx>1</ArticleIdx><ArticleUrl>http://a/b</ArticleUrl></item>" * size
        data = f"<xml><ArticleUrlResult><ResultList>{items}</ResultList></ArticleUrlResult></xml>".encode()
        return lambda: read_finish(data)

    assert_linear(prepare, 100)
    for data in (
        b"<a>" + b"<b/>" * (EVENT_BYTES_MAX // 4 - 2) + b"</a>",
        b'{"a":[' + b"1," * 100_000 + b"1]}",
    ):
        assert peak_bytes(lambda data=data: read_finish(data)) < 64 * EVENT_BYTES_MAX
