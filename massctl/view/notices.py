"""Notices for people: what happened to which letter, what is now true, what to type and until when.

Words from files (titles, names, refusals that quote them) must not become a mention, a link or markup in a group:
`<@all>` in a title would call everybody in WeCom, `<at id=all></at>` in Feishu, and `www.example.com` is a link in most
chats. Not all of them know an escape, so what any of them acts on is written full width for each.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from massctl.apply.notices import Notice
from massctl.model.ids import CampaignName
from massctl.model.notice_text import NoticeLink, NoticeText
from massctl.model.phrase import AccountKey, Command, Phrase
from massctl.view.cells import printable
from massctl.view.i18n import Reader, say
from massctl.view.reconcile import reconcile_choices
from massctl.view.rows import Row
from massctl.view.send_facts import fact_rows
from massctl.view.terminal import Inked
from massctl.view.words import brief_destinations

WORDS_SHOWN = 400
"""Characters of a sentence that may hold words from files; more are cut."""
TITLE_SHOWN = 64
"""Characters of a title: what stands behind it, the campaign's name and the account, is cut by no title."""
HAPPENING = {
    "accepted": Phrase("accepted"),
    "ended": Phrase("delivered"),
    "details": Phrase("details"),
    "failed": Phrase("failed"),
    "withdrawn": Phrase("withdrawn"),
    "settled": Phrase("settled"),
    "in_doubt": Phrase("in doubt"),
    "awaiting_admin": Phrase("awaiting the administrator"),
    "expired": Phrase("window missed"),
    "refused": Phrase("refused"),
    "draft_left": Phrase("draft left"),
    "upcoming": Phrase("upcoming"),
    "drift": Phrase("drift"),
    "report": Phrase("report"),
}
_SENT = Phrase("sent, says WeChat")
"""What is told of an end before WeChat has said how many received it."""
_ON_GITHUB = Phrase(
    "on GitHub, where {command} wrote the workflows: Actions / apply / reconcile",
    command=Command("init"),
)
_MARKUP = str.maketrans("<>[]`*#@\\|~&$", "＜＞［］｀＊＃＠＼｜～＆＄")
_TOP_LEVEL = (
    r"[a-z]{2}|com|net|org|info|biz|top|xyz|vip|shop|site|online|club|app|dev|link|live|store|tech|work|pro|fun|icu|ltd"
    r"|group|cloud|wang|asia|mobi|win|red|ink|中国|公司|网络|网址|在线|中文网"
)
"""Ends of hosts: those of countries, and the most used others."""
_LEADING = (
    (re.compile("//"), "／／"),
    (re.compile(r"www\.", re.IGNORECASE), "www．"),
    # A host, which chats and mailboxes make a link of; `policy.sending` and `massctl.yaml` are none.
    (re.compile(rf"(?<=\w)\.(?=(?:[\w-]+\.)*(?:{_TOP_LEVEL})(?![a-z0-9]))", re.IGNORECASE), "．"),
)
"""What chats and mailboxes would make a link of, and what stands there instead."""
_ACTED_ON = (
    *_LEADING,
    # Emphasis; a name such as require_lock has its signs within.
    (re.compile(r"(?<![^\W_])_|_(?![^\W_])"), "＿"),
    # An emoji by its name.
    (re.compile(r":(?=[A-Za-z][A-Za-z0-9_]*:)"), "："),
    # A list, or a line under a title.
    (re.compile(r"^[-+=]"), lambda found: {"-": "－", "+": "＋", "=": "＝"}[found[0]]),
    (re.compile(r"^(\d+)[.)](?=\s)"), r"\1．"),
)
"""What a chat would act on though each sign of it is harmless alone, and what stands there instead."""
_ASKING = frozenset(
    {"failed", "in_doubt", "awaiting_admin", "expired", "refused", "draft_left", "drift"}
)
"""Happenings that need somebody."""
_OVER = frozenset({"ended", "details", "withdrawn", "settled"})
"""Happenings after which nobody asks how it was planned."""


def plain(text: str) -> str:
    """Take from words all that a chat would act on; one line, and not endless."""
    line = " ".join(printable(" ".join(text.split())).split()).translate(_MARKUP)
    for acted_on, instead in _ACTED_ON:
        line = acted_on.sub(instead, line)
    return line if len(line) <= WORDS_SHOWN else line[: WORDS_SHOWN - 1] + "…"


def mailed(text: str) -> str:
    """Take from words all that a mailbox would act on; in plain text no sign is markup."""
    line = " ".join(printable(" ".join(text.split())).split())
    for leading, instead in _LEADING:
        line = leading.sub(instead, line)
    return line if len(line) <= WORDS_SHOWN else line[: WORDS_SHOWN - 1] + "…"


def is_article_address(text: str) -> bool:
    """Return whether a text is the address of an article at WeChat, and nothing in it could end a link."""
    return _ARTICLE.fullmatch(text) is not None


def notice_texts(
    notices: Sequence[Notice], language: Reader, clean: Callable[[str], str] = plain
) -> list[NoticeText]:
    """Return each notice in words; `clean` takes from words of files what their reader's program would act on."""
    return [_text(each, language, clean) for each in notices]


def left_out(count: int, language: Reader) -> str:
    """Return how many notices did not fit."""
    return say(
        Phrase("and {count} more: {command}", count=count, command=Command("status")), language
    )


def _text(notice: Notice, language: Reader, clean: Callable[[str], str]) -> NoticeText:
    lines = [notice.message]
    if notice.reach is not None:
        lines += notice.reach.lines
    is_sent = notice.happening == "ended" and not notice.is_counted
    return NoticeText(
        say(_SENT if is_sent else HAPPENING[notice.happening], language),
        clean(say(letter_words(notice.title, notice.campaign), language)),
        tuple(map(clean, (*(say(each, language) for each in lines), *_facts(notice, language)))),
        tuple(_links(notice, language)),
        tuple(_advice(notice, language, clean)),
        needs_somebody(notice),
        clean(say(AccountKey(notice.account), language)) if notice.account is not None else "",
    )


def needs_somebody(notice: Notice) -> bool:
    """Return whether somebody has to act."""
    return notice.happening in _ASKING


_ARTICLE = re.compile(r"https?://mp\.weixin\.qq\.com/[\w.~:/?#&=%+-]*", re.ASCII)
_PAGE = re.compile(r"https?://[\w.~:/-]+", re.ASCII)
"""What may be an address in a chat; WeChat's and the forge's have no sign that would be markup there."""


def _links(notice: Notice, language: Reader) -> Iterator[NoticeLink]:
    """Say where its articles can be read, and where it was reviewed."""
    for number, address in enumerate(notice.addresses, 1):
        if is_article_address(address):
            yield NoticeLink(say(Phrase("article {number}", number=number), language), address)
    if notice.pull_request is not None and _PAGE.fullmatch(notice.pull_request) is not None:
        yield NoticeLink(say(Phrase("the pull request"), language), notice.pull_request)


def letter_words(title: str, name: CampaignName) -> str:
    """Name a letter by its title and its campaign, by that alone where it has no title."""
    if len(title) > TITLE_SHOWN:
        title = title[: TITLE_SHOWN - 1] + "…"
    return Phrase("{title} ({campaign})", title=title, campaign=name) if title else name


def _facts(notice: Notice, language: Reader) -> Iterator[str]:
    """Say the send as it was planned, while that matters; its account stands in the first line."""
    if notice.block is None or notice.happening in _OVER:
        return
    rows = [row for row in fact_rows(notice.block) if row.name != "account"]
    if leads := brief_destinations(notice.block.destinations):
        rows.append(Row("destinations", (leads,)))
    for row in rows:
        label = say(row.label, language)
        first, *others = [say(each, language) for each in row.words]
        yield " · ".join([f"{label}: {first}", *others])


def _advice(notice: Notice, language: Reader, clean: Callable[[str], str]) -> Iterator[str]:
    """Say what to type or to do."""
    if notice.hint:
        yield clean(say(notice.hint, language))
    if notice.unrecorded is not None:
        yield f"{notice.unrecorded.command}"
        yield say(Phrase("when the ledger can be written again"), language)
        yield say(_ON_GITHUB, language)
    elif notice.choices is not None:
        for command, told in reconcile_choices(notice.choices):
            words = [each.text if isinstance(each, Inked) else each for each in told]
            yield from (say(each, language) for each in (command, *words))
        yield say(_ON_GITHUB, language)
