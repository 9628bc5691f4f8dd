"""WeChat's limits on content, one constant each, and the faults of what is longer.

Characters are code points: how WeChat counts is nowhere said, so what is over only when counted in UTF-16
units, as JavaScript does, is a warning.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from html import unescape

from massctl.model.diagnostics import Fault, note, warning
from massctl.model.frozen import Frozen
from massctl.model.message import PICTURE_PLACEHOLDER
from massctl.model.phrase import Phrase
from massctl.render.html_scan import tags

TITLE_CHARACTERS_DOCUMENTED = 32
"""Source: WeChat docs, draft/add, read 2026-10. Not enforced: in 2026-08 draft/add took a title of 39 characters, and
draft/get gave it back whole, on a personal account."""
TITLE_CHARACTERS_MAX = 64
"""Source: WeChat docs, draft/add, before 2025-12-19. Nobody has measured between 39 and this."""
AUTHOR_CHARACTERS_MAX = 16
"""Source: WeChat docs, draft/add, read 2026-10."""
AUTHOR_CHARACTERS_SAFE = 8
"""The limit before 2025-11-26; more may still be cut on some screens. Source: WeChat docs, draft/add."""
DIGEST_CHARACTERS_MAX = 120
"""Source: WeChat docs, draft/add, read 2026-09 (128 in another reading; the smaller is safe). Not measured."""
DEFAULT_DIGEST_CHARACTERS = 54
"""Of the text, which WeChat takes for a missing digest. Source: WeChat docs, draft/add, read 2026-10."""
CONTENT_CHARACTERS_DOCUMENTED = 20_000
"""Source: WeChat docs, draft/add, read 2026-10. Not enforced: in 2026-09 draft/add took 183,914 characters of HTML, and
draft/get gave them back whole (hhk-png/cycle-agent, src/publish/markdown.ts), and 24,061 in 2026-08 on a personal
account."""
CONTENT_BYTES_BELOW = 1_000_000
"""Fewer than these (1 MB, read the strict way). Source: WeChat docs, draft/add, read 2026-10."""
SOURCE_URL_BYTES_MAX = 1024
"""Source: WeChat docs, draft/add, read 2026-10."""
TEXT_CHARACTERS_MAX = 600
"""No page gives a limit for text messages of the API; the console's editor takes as many. No draft can be read back."""
TEXT_BYTES_MAX = 2048
"""No page gives a limit for text messages of the API; older ones have this for replies."""
_TEXT_LINKS = ("https://", "http://", "weixin://")
"""What a link of a text message may lead to. No page says it; 40213 and 40214 refuse others. Ours, read narrowly."""
_ADDRESS_SHOWN = 80
RECOMMEND_CHARACTERS_MAX = 140
"""No source gives the limit behind 40193; ours, two lines on a phone."""
PICTURES_TITLE_CHARACTERS_MAX = 32
"""No source gives a limit for the title of a picture message, and no draft of one can be read back; ours, the limit
that is documented for an article."""
VIDEO_TITLE_CHARACTERS_MAX = 64
"""No source gives a limit for the title of a video; ours, that of an article before 2025-12-19."""
DESCRIPTION_CHARACTERS_MAX = 120
"""No source gives a limit for the description of a video; ours, that of an article's digest."""
PICTURE_ADDRESS_CHARACTERS = 120
"""What a picture's real address takes in a body. Source: media/uploadimg answers, measured 2026."""

_MARKUP = re.compile(r"<[^>]*>")
_IMAGE = re.compile(r"<im(?:g|age)\b[^>]*>", re.IGNORECASE)
_FORMULA = re.compile(
    r'<svg viewBox="[^"]*" fill="currentColor"(?: [a-z-]+="[^"]*")* aria-label="(?P<tex>[^"]*)">'
    r"(?:<path [^>]*></path>|<text [^>]*>[^<]*</text>)*</svg>"
)
"""As massctl.render.formula draws it."""
_FORMULAS_TAKE_MUCH = 2_000
"""Ours: where formulas take less, it is not for them that an article is too long."""
_SHOWN = re.compile(r"<(?:img|image|svg|iframe|mp)|url\(", re.IGNORECASE)


def utf16_length(text: str) -> int:
    """Count UTF-16 units: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def title_faults(title: str) -> Iterator[Fault]:
    """Check a title, which must not be empty; more than 32 characters is a warning."""
    if not title:
        yield Fault("MC313", Phrase("the title is empty"), Phrase("write a title"))
    if "\n" in title:
        yield Fault(
            "MC014", Phrase("the title has more than one line"), Phrase("write it on one line")
        )
    if TITLE_CHARACTERS_DOCUMENTED < len(title) <= TITLE_CHARACTERS_MAX:
        yield _above_documented(title)
    else:
        limit = (
            TITLE_CHARACTERS_DOCUMENTED
            if len(title) <= TITLE_CHARACTERS_DOCUMENTED
            else TITLE_CHARACTERS_MAX
        )
        yield from _length("MC301", Phrase("title"), limit, title)


def _above_documented(title: str) -> Fault:
    return warning(
        "MC301",
        Phrase(
            "the title has {count} characters; WeChat documents a limit of {limit}, but accepted a title of 39 and "
            "gave it back whole when it was last measured",
            count=len(title),
            limit=TITLE_CHARACTERS_DOCUMENTED,
        ),
        Phrase(
            "apply reads the draft back and compares it; if WeChat refuses it (45003), shorten it to {limit}",
            limit=TITLE_CHARACTERS_DOCUMENTED,
        ),
    )


def author_faults(author: str) -> Iterator[Fault]:
    """Check an author; more than 8 characters is a warning."""
    over = list(_length("MC302", Phrase("author"), AUTHOR_CHARACTERS_MAX, author))
    yield from over
    if not over and len(author) > AUTHOR_CHARACTERS_SAFE:
        yield warning(
            "MC302",
            Phrase(
                "the author has {count} characters; some screens show only {limit}",
                count=len(author),
                limit=AUTHOR_CHARACTERS_SAFE,
            ),
            _shorten(len(author), AUTHOR_CHARACTERS_SAFE),
        )


def source_url_faults(url: str) -> Iterator[Fault]:
    """Check the address behind "read original"; empty means there is none."""
    if url and not url.startswith(("https://", "http://")):
        yield Fault(
            "MC014",
            Phrase("content_source_url must begin with https:// or http://"),
            Phrase("write {example}", example="https://example.com/…"),
        )
    size = len(url.encode())
    if size > SOURCE_URL_BYTES_MAX:
        yield Fault(
            "MC305",
            Phrase(
                "content_source_url has {count} bytes; at most {limit} are allowed",
                count=size,
                limit=SOURCE_URL_BYTES_MAX,
            ),
            _shorten(size, SOURCE_URL_BYTES_MAX),
        )


def text_faults(content: str) -> Iterator[Fault]:
    """Check the words of a text message."""
    if not content:
        yield Fault("MC306", Phrase("the text is empty"), Phrase("write a text for followers"))
    yield from _length("MC307", Phrase("text"), TEXT_CHARACTERS_MAX, content)
    size = len(content.encode())
    if size > TEXT_BYTES_MAX:
        yield Fault(
            "MC307",
            Phrase(
                "the text has {count} bytes; at most {limit} are allowed",
                count=size,
                limit=TEXT_BYTES_MAX,
            ),
            _shorten(size, TEXT_BYTES_MAX),
        )
    hint = Phrase(
        'write `<a href="…">` with an address that begins with https://, http:// or weixin://'
    )
    for tag in tags(content):
        href = next((each for each in tag.attributes if each.name == "href"), None)
        if tag.name != "a" or tag.closing or tag.get("data-miniprogram-appid") is not None:
            continue
        if href is None:
            yield Fault("MC347", Phrase("a link without an address: WeChat refuses the text"), hint)
        elif not href.value.startswith(_TEXT_LINKS) or content[href.value_start - 1] not in "\"'":
            yield Fault(
                "MC347",
                Phrase(
                    "WeChat refuses a text with a link to {address}",
                    address=href.value[:_ADDRESS_SHOWN],
                ),
                hint,
                needle=content[href.start : href.end],
            )


def empty_content_faults(content: str) -> Iterator[Fault]:
    """Check that a rendered body shows something: words, or a picture, drawing or component of WeChat's."""
    words = _without_markup(content).replace("&nbsp;", " ").strip()
    if not words and not _SHOWN.search(content):
        yield Fault("MC306", Phrase("the article is empty"), Phrase("write a text for followers"))


def _without_markup(content: str) -> str:
    """Take the tags out. Behind the last `>` there are none, and each `<` there would be followed to the end."""
    end = content.rfind(">") + 1
    return _MARKUP.sub("", content[:end]) + content[end:]


class ContentLimit(Frozen):
    """How many characters an account takes, by its `content_limit`."""

    account: str
    characters: int


def as_sent(content: str) -> str:
    """Return a rendered body as long as it will be sent: each placeholder becomes as long as a picture's address."""
    return PICTURE_PLACEHOLDER.sub("x" * PICTURE_ADDRESS_CHARACTERS, content)


def content_faults(content: str, limit: ContentLimit | None = None) -> Iterator[Fault]:
    """Check a rendered body as it will be sent."""
    sent = as_sent(content)
    size = len(sent.encode())
    count = f"{len(sent):,}"
    longest, hint = (
        _what_takes_it(sent) if len(sent) > CONTENT_CHARACTERS_DOCUMENTED or limit else ("", None)
    )
    if size >= CONTENT_BYTES_BELOW:
        yield Fault(
            "MC304",
            Phrase(
                "the article has {count} bytes as it will be sent; WeChat accepts fewer than {limit}",
                count=f"{size:,}",
                limit=f"{CONTENT_BYTES_BELOW:,}",
            ),
            hint,
            needle=longest,
        )
    elif limit is not None and len(sent) > limit.characters:
        yield Fault(
            "MC304",
            Phrase(
                "the article has {count} characters of HTML as it will be sent; "
                "accounts.{account}.content_limit is {limit}",
                count=count,
                account=limit.account,
                limit=f"{limit.characters:,}",
            ),
            hint,
            needle=longest,
        )
    elif len(sent) > CONTENT_CHARACTERS_DOCUMENTED:
        yield note(
            "MC346",
            Phrase(
                "the article has {count} characters of HTML as it will be sent; WeChat documents a limit "
                "of {limit}, but did not enforce it when it was last measured",
                count=count,
                limit=f"{CONTENT_CHARACTERS_DOCUMENTED:,}",
            ),
            Phrase(
                "apply reads the draft back and compares it; if an account refuses it (45002), write "
                "`content_limit: 20000` in massctl.yaml"
            ),
        )


def _what_takes_it(sent: str) -> tuple[str, Phrase]:
    """Give the longest formula, as it is written, where the drawings of formulas take much; and what takes how much."""
    words = len(_without_markup(sent))
    said = {"words": f"{words:,}", "markup": f"{len(sent) - words:,}"}
    hint = Phrase("{words} of them are text, {markup} are tags and styles", **said)
    pictures = [len(found[0]) for found in _IMAGE.finditer(sent, 0, sent.rfind(">") + 1)]
    if pictures:
        hint = Phrase(
            "{words} of them are text, {markup} are tags and styles; {pictures} pictures take about {taken}",
            **said,
            pictures=len(pictures),
            taken=f"{round(sum(pictures), -2):,}",
        )
    drawn = [(len(found[0]), found["tex"]) for found in _FORMULA.finditer(sent)]
    taken = sum(length for length, _ in drawn)
    if taken < _FORMULAS_TAKE_MUCH:
        return "", hint
    most, longest = max(drawn)
    tex = unescape(longest).partition("\n")[0]
    return tex, Phrase(
        "{first}; {second}",
        first=hint,
        second=Phrase(
            "{formulas} drawn formulas take {taken}, the longest, `{tex}`, {most}: use a picture of it",
            formulas=len(drawn),
            taken=f"{taken:,}",
            tex=tex,
            most=f"{most:,}",
        ),
    )


def _length(code: str, what: Phrase, limit: int, text: str) -> Iterator[Fault]:
    if len(text) > limit:
        yield Fault(
            code,
            Phrase(
                "the {what} has {count} characters; at most {limit} are allowed",
                what=what,
                count=len(text),
                limit=limit,
            ),
            _shorten(len(text), limit),
        )
    elif utf16_length(text) > limit:
        yield _near(what, utf16_length(text), limit)


def _shorten(count: int, limit: int) -> Phrase:
    return Phrase("shorten it: {count} too many", count=count - limit)


def _near(what: Phrase, count: int, limit: int) -> Fault:
    return warning(
        "MC310",
        Phrase(
            "the {what} is within the limit of {limit} characters, but has {count} if each emoji counts as two",
            what=what,
            count=count,
            limit=limit,
        ),
        _shorten(count, limit),
    )


Limit = Callable[[str], Iterable[Fault]]
"""Gives the faults of a rendered string."""
LIMITS: Mapping[str, Limit] = {
    # An article: WeChat docs, "draft/add".
    "title": title_faults,  # MC301, MC310, MC313, MC014
    "author": author_faults,  # MC302, MC310
    "digest": partial(_length, "MC303", Phrase("digest"), DIGEST_CHARACTERS_MAX),
    "content_source_url": source_url_faults,  # MC305, MC014
    # Its body is judged where it is rendered, by `content_faults`: MC304, MC306, MC310.
    # Messages without articles: WeChat docs, "message/mass/sendall". The title of a picture message may be empty.
    "text.content": text_faults,  # MC306, MC307, MC310, MC347
    "image.title": partial(_length, "MC301", Phrase("title"), PICTURES_TITLE_CHARACTERS_MAX),
    "image.recommend": partial(
        _length, "MC316", Phrase("recommendation"), RECOMMEND_CHARACTERS_MAX
    ),
    "mpvideo.title": partial(_length, "MC301", Phrase("title"), VIDEO_TITLE_CHARACTERS_MAX),
    "mpvideo.description": partial(
        _length, "MC315", Phrase("description"), DESCRIPTION_CHARACTERS_MAX
    ),
}
"""What each string may be, by its key; of `_length` also MC310. The numbers of articles and pictures are in
`massctl.model.campaign`."""
