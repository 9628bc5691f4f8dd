"""Documented JSON with places for what only a run can tell, and what a recorded exchange says instead of it.

Everything else must be equal: the members, their number, their types (`true` is not 1), the order of lists.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from html.parser import HTMLParser
from typing import Any, Final

from http_recorder import Exchange

JSON_TYPE: Final = "application/json; charset=utf-8"
ESCAPE: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])")
"""A character that could have been written as it is; control characters have no other spelling."""


@dataclass(frozen=True)
class Value:
    """Something that WeChat drew; wherever the same name stands in a story, the same value must stand."""

    name: str
    example: str | int
    as_text: bool = False
    """Written as text here, although it is a number elsewhere."""

    @property
    def shown(self) -> Any:
        return str(self.example) if self.as_text else self.example


@dataclass(frozen=True)
class Some:
    """Any value of the example's type; a text that matches `pattern`, where there is one."""

    example: Any
    pattern: str = ""

    @property
    def shown(self) -> Any:
        return self.example


@dataclass(frozen=True)
class Many:
    """A list of any length."""

    of: Any

    @property
    def shown(self) -> Any:
        return [self.of]


@dataclass(frozen=True)
class ClientMsgId:
    """The first 32 hex digits of SHA-256 over `appid NUL campaign NUL edition NUL batch`."""

    campaign: str
    edition: int = 1
    batch: int = 1

    @property
    def shown(self) -> Any:
        return "<first 32 hex digits of SHA-256>"

    def of(self, appid: str) -> str:
        """Derive it."""
        text = "\0".join((appid, self.campaign, str(self.edition), str(self.batch)))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Html:
    """An article: elements, attributes and words are compared; `{name}` is a Value's address, with https."""

    text: str

    @property
    def shown(self) -> Any:
        return re.sub(r"\{(\w+)\}", r"https://mmbiz.qpic.cn/…", self.text)


@dataclass(frozen=True)
class Upload:
    """A multipart body with one file in the field `media`."""

    media_type: str
    extension: str
    begins: bytes
    """The first bytes of such a file."""
    description: Any = None
    """The JSON of the form field `description`."""


@dataclass
class Match:
    """What a story's Values turned out to be, and its account."""

    appid: str
    bound: dict[str, Any] = field(default_factory=dict)

    def copy(self) -> "Match":
        return Match(self.appid, dict(self.bound))

    def differences(self, expected: Any, actual: Any, at: str = "$") -> list[str]:
        """Say where `actual` is not as documented; binds the Values that are met first."""
        match expected:
            case Value():
                return self._value(expected, actual, at)
            case Some(example, pattern):
                fits = type(actual) is type(example) and (
                    not pattern or bool(re.fullmatch(pattern, str(actual)))
                )
                return [] if fits else [f"{at} is {actual!r}, and not like {example!r}"]
            case Many(of):
                if not isinstance(actual, list) or not actual:
                    return [f"{at} is {actual!r}, and no list with something in it"]
                return [
                    each
                    for n, item in enumerate(actual)
                    for each in self.differences(of, item, f"{at}[{n}]")
                ]
            case ClientMsgId():
                return (
                    []
                    if actual == expected.of(self.appid)
                    else [f"{at} is {actual!r}, which is derived otherwise"]
                )
            case Html(text):
                filled = re.sub(
                    r"\{(\w+)\}", lambda name: _https(self.bound.get(name[1], name[0])), text
                )
                return (
                    []
                    if elements(filled) == elements(str(actual))
                    else [f"{at} is {actual!r}, and not {filled!r}"]
                )
            case dict():
                return self._members(expected, actual, at)
            case list() if isinstance(actual, list) and len(actual) == len(expected):
                pairs = enumerate(zip(expected, actual, strict=True))
                return [
                    each
                    for n, (ours, theirs) in pairs
                    for each in self.differences(ours, theirs, f"{at}[{n}]")
                ]
            case _:
                same = type(actual) is type(expected) and actual == expected
                return [] if same else [f"{at} is {actual!r}, and not {expected!r}"]

    def _value(self, expected: Value, actual: Any, at: str) -> list[str]:
        if type(actual) is not type(expected.shown) or not actual:
            return [f"{at} is {actual!r}, and not like {expected.shown!r}"]
        known = self.bound.setdefault(expected.name, int(actual) if expected.as_text else actual)
        return (
            []
            if str(known) == str(actual)
            else [f"{at} is {actual!r}, and not {known!r} ({expected.name})"]
        )

    def _members(self, expected: dict[str, Any], actual: Any, at: str) -> list[str]:
        if not isinstance(actual, dict):
            return [f"{at} is {actual!r}, and no object"]
        found = [f"{at} has no {name}" for name in expected.keys() - actual.keys()]
        found += [
            f"{at} has {name}, which is not documented" for name in actual.keys() - expected.keys()
        ]
        for name, value in expected.items():
            if name in actual:
                found += self.differences(value, actual[name], f"{at}.{name}")
        return found


def request_differences(
    match: Match, method: str, query: dict[str, str], request: Any, made: Exchange
) -> list[str]:
    """Say where a request is not as documented."""
    asks_for_token = made.path == "/cgi-bin/stable_token"
    expected: Any = {**({} if asks_for_token else {"access_token": Some("TOKEN")}), **query}
    found = [] if made.method == method else [f"the method is {made.method}"]
    found += match.differences(expected, made.query, "query")
    coding = made.headers["Content-Encoding"] or made.headers["Transfer-Encoding"]
    found += [f"the body is coded as {coding}"] if coding else []
    if request is None:
        return found + (["there is a body"] if made.body else [])
    if isinstance(request, Upload):
        return found + list(_upload_differences(match, request, made))
    found += (
        []
        if made.headers["Content-Type"] == JSON_TYPE
        else [f"the type is {made.headers['Content-Type']}"]
    )
    found += ["a character is escaped"] if ESCAPE.search(made.body) else []
    return found + match.differences(request, json.loads(made.body.decode("utf-8")))


def _upload_differences(match: Match, expected: Upload, made: Exchange) -> Iterator[str]:
    head = b"Content-Type: " + made.headers["Content-Type"].encode() + b"\r\n\r\n"
    whole = message_from_bytes(head + made.body)
    if whole.get_content_type() != "multipart/form-data" or not whole.is_multipart():
        yield f"the type is {made.headers['Content-Type']}"
        return
    parts = {
        part.get_param("name", header="content-disposition"): part for part in whole.get_payload()
    }
    wanted = {"media", *(["description"] if expected.description is not None else [])}
    if parts.keys() != wanted:
        yield f"the parts are {sorted(map(str, parts))}"
        return
    media = parts["media"]
    named = rf'form-data; name="media"; filename="[0-9A-Za-z_-]+\.{expected.extension}"'
    if not re.fullmatch(named, str(media["Content-Disposition"])):
        yield f"the file is given as {media['Content-Disposition']}"
    if media.get_content_type() != expected.media_type:
        yield f"the file's type is {media.get_content_type()}"
    if not media.get_payload(decode=True).startswith(expected.begins):
        yield "the file is another one"
    if expected.description is not None:
        described = json.loads(parts["description"].get_payload(decode=True).decode("utf-8"))
        yield from match.differences(expected.description, described, "description")


def plain(expected: Any) -> Any:
    """Give documented JSON as an example, with something in every place."""
    if hasattr(expected, "shown"):
        return plain(expected.shown)
    if isinstance(expected, dict):
        return {name: plain(value) for name, value in expected.items()}
    return [plain(each) for each in expected] if isinstance(expected, list) else expected


def _https(address: str) -> str:
    return "https://" + address.removeprefix("http://").removeprefix("https://")


def elements(text: str) -> list[Any]:
    """Read HTML as elements with sorted attributes, and words without blanks around them."""
    found: list[Any] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, sorted(attrs)))

        def handle_endtag(self, tag: str) -> None:
            found.append(f"/{tag}")

        def handle_data(self, data: str) -> None:
            if data.strip():
                found.append(data.strip())

    reader = Reader()
    reader.feed(text)
    reader.close()
    return found
