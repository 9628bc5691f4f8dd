"""Which destinations of a campaign are new, which the policy does not list, and which look like another one."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from unicodedata import name
from urllib.parse import unquote

from msgspec import field

from massctl.model.destination import Destination, DestinationKind, as_seen, ascii_host, hosts_named
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, CampaignName
from massctl.model.lock import LockFile
from massctl.model.message import PICTURE_PLACEHOLDER, RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.settings import DestinationPolicy
from massctl.model.state import State, Status, article_addresses, is_concluded, status_of


class SentBefore(Frozen):
    """Where the sent campaigns of an account led, as far as their contents are kept."""

    destinations: frozenset[tuple[DestinationKind, str]] = frozenset()
    hosts: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()
    """The SHA-256 of each picture that followers received; they saw the QR codes in it."""

    @classmethod
    def of(cls, locks: Sequence[LockFile]) -> "SentBefore":
        """Read from locks where campaigns led."""
        every = [each for lock in locks for each in lock.destinations]
        return cls(
            frozenset(map(identity, every)),
            frozenset(each.host for each in every if each.host),
            frozenset(each.sha256 for lock in locks for each in lock.pictures),
        )


NOTHING_SENT = SentBefore()


def nothing_sent(_: AppId) -> SentBefore:
    """Return what is known where nothing was sent."""
    return NOTHING_SENT


SentBy = Callable[[AppId], SentBefore]
"""Reads where the sent campaigns of an account led."""


class JudgedDestination(Frozen):
    """A destination of a campaign, whether it is new, and what it imitates."""

    kind: DestinationKind
    """What kind of place it is."""
    target: str
    """The place, as the message says it."""
    at: str
    """Where it stands: `article 2`, `message`, or the path of a picture."""
    label: str
    """The words that are tapped, or the name that a card says; may be empty."""
    is_new: bool = field(name="new")
    """Whether no sent campaign of the account had it and the policy does not list it."""
    notes: tuple[Phrase, ...] = ()
    """What a reader may mistake it for, in words."""
    articles: tuple[int, ...] = ()
    """Of a QR code: the articles that show its picture, from 1."""


class CampaignLinks(Frozen):
    """Where one campaign leads."""

    name: CampaignName
    """The campaign's name."""
    destinations: tuple[JudgedDestination, ...]
    """Every place, new ones first."""
    unscanned: bool
    """Whether it has a picture in which nobody looked for QR codes."""


def sent_digests(state: State, appid: AppId) -> list[str]:
    """Return the digest of every campaign of an account that massctl sent and WeChat did not fail."""
    records = [
        each
        for each in state.records.values()
        if each.appid == appid and is_concluded(each) and status_of(each) is not Status.FAILED
    ]
    return [attempt.event.digest for each in records for attempt in each.not_refused[-1:]]


def judged(
    campaign: RenderedCampaign, policy: DestinationPolicy, state: State, sent_by: SentBy
) -> tuple[JudgedDestination, ...]:
    """Return every destination of a campaign: new ones first, each group in the order of the message."""
    every = [*campaign.destinations, *campaign.seen]
    sent = sent_by(campaign.appid) if every else NOTHING_SENT
    hosts = {*policy.hosts, *sent.hosts, *_WECHAT}
    own = _own_articles(campaign, state)
    new = {(each.kind, each.target, each.at) for each in _new(campaign, policy, own, sent)}
    found = [
        JudgedDestination(
            each.kind,
            each.target,
            each.at,
            each.label,
            (each.kind, each.target, each.at) in new,
            (*look_alikes(each, hosts), *_namesake(each, campaign, policy, own)),
            tuple(_showing(campaign, each)),
        )
        for each in every
    ]
    return tuple(sorted(found, key=lambda each: not each.is_new))


def _showing(campaign: RenderedCampaign, code: Destination) -> Iterator[int]:
    """Yield the articles that show the picture of a QR code, as a cover or inside; of any other place none."""
    if code.kind is not DestinationKind.QR:
        return
    files = {each.sha256 for each in campaign.pictures if each.path.endswith(code.at)}
    for number, article in enumerate(campaign.message.articles, 1):
        if files & {article.cover, *PICTURE_PLACEHOLDER.findall(article.content)}:
            yield number


def new_destinations(
    campaign: RenderedCampaign, policy: DestinationPolicy, state: State, sent_by: SentBy
) -> tuple[Destination, ...]:
    """Return the destinations that no sent campaign of the account had, and that the policy does not list."""
    sent = sent_by(campaign.appid) if campaign.destinations or campaign.seen else NOTHING_SENT
    return tuple(_new(campaign, policy, _own_articles(campaign, state), sent))


def _new(
    campaign: RenderedCampaign, policy: DestinationPolicy, own: "_OwnArticles", sent: SentBefore
) -> Iterator[Destination]:
    scanned = {
        code
        for each in campaign.pictures
        if each.sha256 in sent.pictures
        for code in each.codes or ()
    }
    for each in (*campaign.destinations, *campaign.seen):
        is_in_sent_picture = each.kind is DestinationKind.QR and each.target in scanned
        is_known = is_in_sent_picture or identity(each) in sent.destinations
        if any(_crooked(each)) or not (is_known or policy.lists(each) or own.has(each)):
            yield each


def unlisted(
    campaign: RenderedCampaign, policy: DestinationPolicy, state: State
) -> list[Destination]:
    """Return the destinations that a policy could list and does not, also those that were sent before."""
    own = _own_articles(campaign, state)
    every = (*campaign.destinations, *campaign.seen)
    return [
        each for each in every if each.is_listable and not policy.lists(each) and not own.has(each)
    ]


_COUNTER = re.compile(
    r"utm_(?:source|medium|campaign|term|content|id)=(?:(?!%2f|%3a)[\w.~%+-])*", re.IGNORECASE
)
"""A parameter that only counts readers. A value that may be an address is none."""


def identity(destination: Destination) -> tuple[DestinationKind, str]:
    """Return what makes two destinations the same: the whole target without `utm_` parameters.

    An address is the same place behind a link, "read original" and a QR code. An id is one of its kind alone.
    """
    address = destination.address
    if address is None or not destination.host:
        return destination.kind, destination.target
    plain, sign, fragment = destination.target.partition("#")
    place, _, query = plain.partition("?")
    if address.netloc and not address.path:
        place += "/"
    said = (each for each in query.split("&") if each and _COUNTER.fullmatch(each) is None)
    told = "&".join(said)
    return DestinationKind.URL, f"{place}{'?' if told else ''}{told}{sign}{fragment}"


class _OwnArticles(Frozen):
    """The articles of an account, as far as the ledger knows."""

    addresses: frozenset[str]
    authors: frozenset[str]
    """The `__biz` in them."""

    def has(self, destination: Destination) -> bool:
        """Return whether it leads to one of them, or to the account itself."""
        if destination.kind is DestinationKind.ACCOUNT:
            return destination.target in self.authors
        is_article = destination.kind is DestinationKind.ARTICLE
        return is_article and (
            _plain(destination.target) in self.addresses or destination.author in self.authors
        )


def _own_articles(campaign: RenderedCampaign, state: State) -> _OwnArticles:
    accounts = {each.campaign for each in state.records.values() if each.appid == campaign.appid}
    sent = [
        address
        for key, address in article_addresses(state).items()
        if key.rpartition("/")[0] in accounts
    ]
    articles = [Destination(DestinationKind.ARTICLE, each, "") for each in sent]
    linked = [address for _, address in campaign.links]
    return _OwnArticles(
        frozenset(map(_plain, [*sent, *linked])),
        frozenset(each.author for each in articles) - {""},
    )


def _plain(address: str) -> str:
    """Drop the scheme: WeChat's events say http:, and https: leads to the same article."""
    return re.sub(r"^https?:", "", address.partition("#")[0])


# What looks like something else.

_WECHAT = ("weixin.qq.com", "mp.weixin.qq.com")
_SHORTENERS = frozenset(
    (
        *("3.cn", "985.so", "b23.tv", "dwz.cn", "dwz.win", "kurl.cn", "m.tb.cn", "reurl.cc"),
        *("s.click.taobao.com", "sina.lt", "sourl.cn", "suo.im", "t.cn", "u.jd.com"),
        *("u.nu", "url.cn", "urlify.cn", "w.url.cn", "bit.ly", "buff.ly", "cutt.ly", "goo.gl"),
        *("is.gd", "j.mp", "ow.ly", "rb.gy", "rebrand.ly", "shorturl.at", "t.co", "t.ly"),
        *("tinyurl.com", "v.gd", "wxaurl.cn", "wxmpurl.cn"),
    )
)
"""Hosts that only redirect, as readers in China meet them most. Source: ours, compared with
github.com/PeterDaveHello/url-shorteners, read 2026-12."""
_HOST_NAME = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
_ODD = re.compile(r"[\\\x00-\x1f\x7f]")
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "2": "z", ".": "-"})
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})
_LETTERS_OF = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_INNER = re.compile(r"https?:/+(?P<host>[\w.-]+)", re.IGNORECASE)


def look_alikes(destination: Destination, known: Iterable[str]) -> Iterator[Phrase]:
    """Say what a reader may mistake a destination for; `known` are the hosts that it may imitate."""
    address, host = destination.address, destination.host
    if address is None or not host:
        return
    if host in ("http:", "https:"):
        yield Phrase("it lacks a `/`: phones may not agree where it leads")
    if host.endswith(":"):
        return
    yield from _crooked(destination)
    if address.scheme == "http" and destination.kind is not DestinationKind.ARTICLE:
        yield Phrase("http: anybody on the way can read and change it")
    if address.username is not None:
        yield Phrase("a name stands before the host: it leads to {host}", host=host)
    if _is_ip(host):
        yield Phrase("an IP address instead of a name")
    if host.removeprefix("www.") in _SHORTENERS:
        yield Phrase("a short link: where it leads can change after the review")
    yield from _foreign_letters(host)
    yield from _imitations(host, known)
    for named in hosts_named(destination.label):
        if not _is_of(named, host):
            yield Phrase("its words name {named}, and it leads to {host}", named=named, host=host)
    # What is handed on may be encoded twice.
    inner = _INNER.findall(unquote(unquote(address.query + address.fragment)))
    for other in dict.fromkeys(inner):
        if not _is_of(other, host):
            yield Phrase("it may pass on to {host}, which its address names", host=other)


def _is_of(named: str, host: str) -> bool:
    """Return whether a host that is named belongs to the domain of another one.

    Where a host in Chinese begins in Chinese words is seen by nobody.
    """
    domain = _domain(host)
    return _domain(ascii_host(named)) == domain or named.endswith(_shown(domain))


def _namesake(
    destination: Destination,
    campaign: RenderedCampaign,
    policy: DestinationPolicy,
    own: _OwnArticles,
) -> Iterator[Phrase]:
    """Say that a profile card is named like the account, and may be another one's."""
    is_account = destination.kind is DestinationKind.ACCOUNT
    if not is_account or policy.lists(destination) or own.has(destination):
        return
    said, name = (
        "".join(as_seen(each).split()) for each in (destination.label, campaign.account_name)
    )
    if name and said.casefold() == name.casefold():
        yield Phrase("it bears this account's name, and nothing says that it is this account's")


def _crooked(destination: Destination) -> Iterator[Phrase]:
    """Say why an address may lead elsewhere than it reads: such a one is never known."""
    address, host = destination.address, destination.host
    if address is None or not host or host.endswith(":"):
        return
    if _HOST_NAME.fullmatch(host) is None:
        yield Phrase("{host} is no name of a host: phones may not agree where it leads", host=host)
    if _ODD.search(re.split("[?#]", destination.target, maxsplit=1)[0]):
        yield Phrase("it has a backslash or hidden signs: phones may not agree where it leads")
    # What decodes `%2e` is written nowhere.
    if ".." in unquote(address.path).replace("\\", "/").split("/"):
        yield Phrase("its path goes back with `..`: it leads elsewhere than it reads")


def _is_ip(host: str) -> bool:
    """Return whether a browser reads a host as an IP address, in whatever notation.

    Source: URL standard, "3.5 Host parsing", "ends in a number", read 2026-12.
    """
    return host.startswith("[") or _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def _foreign_letters(host: str) -> Iterator[Phrase]:
    if "xn--" not in host:
        return
    shown = _shown(host)
    yield Phrase("{host} is written with other letters: {shown}", host=host, shown=shown)
    for label in shown.split("."):
        names = (name(each, "") for each in label if each.isalpha())
        scripts = {each.split()[0] for each in names if each.startswith(_LETTERS_OF)}
        if len(scripts) > 1:
            yield Phrase("{label} mixes letters of several alphabets", label=label)


def _shown(host: str) -> str:
    """Return a host in its own letters."""
    try:
        return host.encode().decode("idna")
    except UnicodeError:
        return host


def _imitations(host: str, known: Iterable[str]) -> Iterator[Phrase]:
    """Say which known host another one resembles: because it contains it, or by its letters."""
    others = sorted({each.removeprefix("*.") for each in known})
    domain = _domain(host)
    if host not in others:
        is_near = _is_joined_alike if domain in map(_domain, others) else _is_alike
        near = next((each for each in others if is_near(host, each)), None)
        if near is not None:
            yield Phrase("{host} looks like {known}", host=host, known=near)
    alike = {_domain(each) for each in others if _is_alike(host, each)}
    foreign = (each for each in others if _domain(each) not in (domain, *alike))
    held = next((each for each in foreign if _holds(host, each)), None)
    if held is not None:
        say = Phrase("{host} begins like {known}, and belongs to {domain}")
        yield Phrase(say, host=host, known=held, domain=domain)


def _holds(host: str, other: str) -> bool:
    """Return whether a host contains another one, also with hyphens for its dots or without its ending."""
    inner = _without_ending(other)
    # One word before the ending, such as "shop", is no name of anybody's.
    held = (other, inner) if "." in inner else (other,)
    return any(f"-{_dashed(each)}-" in f"-{_dashed(host)}-" for each in held)


def _is_alike(host: str, other: str) -> bool:
    """Return whether the domains of two hosts differ in one letter, in letters that look alike or in their ending."""
    one, two = _domain(host), _domain(other)
    is_same = _joined(_without_ending(one)) == _joined(_without_ending(two))
    return is_same or _is_one_apart(one, two) or _is_joined_alike(host, other)


def _is_joined_alike(host: str, other: str) -> bool:
    """Return whether two hosts look alike without their dots and hyphens."""
    return _joined(host) == _joined(other)


def _without_ending(host: str) -> str:
    """Return a host without what nobody registers: `com`, `com.cn`."""
    return host.removesuffix("." + _domain(host).partition(".")[2])


def _joined(host: str) -> str:
    return _dashed(host).replace("-", "")


def _dashed(host: str) -> str:
    """Return a host with hyphens for its dots and one letter for all that look like it."""
    return host.translate(_ALIKE).replace("rn", "m").replace("vv", "w")


def _is_one_apart(one: str, other: str) -> bool:
    """Return whether one letter more, less or other makes one text of the other."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next(
        (n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    rest = short[same:] if len(short) < len(long) else short[same + 1 :]
    return rest == long[same + 1 :]


def _domain(host: str) -> str:
    """Return the registered domain of a host: two labels, or three below endings such as com.cn."""
    labels: Sequence[str] = host.split(".")
    is_below = len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2
    return ".".join(labels[-3:] if is_below else labels[-2:])
