"""The link tag that links to the team's own sites carry, so that what comes of them can be counted by campaign."""

from collections.abc import Iterator, Mapping
from html import escape
from urllib.parse import quote, unquote_plus, urlencode

from msgspec import Struct, field

from massctl.model.destination import Destination, DestinationKind
from massctl.model.settings import OwnSites
from massctl.render.html_scan import Attribute, Edit, Tag, edited, tags

_LINKS = frozenset({"a", "area"})
_PROGRAMS = ("data-miniprogram-appid", "weapp_appid")
_PAGES = ("data-miniprogram-path", "weapp_path")


class LinkTag(Struct):
    """Puts the link tag of one campaign on addresses; without own sites or a link tag it changes none."""

    sites: OwnSites = field(default_factory=OwnSites)
    tag: Mapping[str, str] = field(default_factory=dict)
    """Parameters and their values, in the order in which they are added."""
    is_carried: bool = False
    """Whether an address has the link tag; also one that said all of it already."""

    def address(self, address: str) -> str:
        """Return an address with the link tag, if it leads to an own site; else as it is."""
        place = Destination(DestinationKind.URL, address, "")
        parts = place.address
        if parts is None or parts.scheme not in ("http", "https"):
            return address
        return self._tagged(address) if self.sites.has_host(place.host) else address

    def page(self, appid: str, path: str) -> str:
        """Return the path of a page with the tag, if it is one of an own mini-program; else as it is."""
        return self._tagged(path) if path and appid in self.sites.mini_programs else path

    def content(self, html: str) -> str:
        """Return the body of an article with the tag on its links; everything else keeps its bytes."""
        if not self.tag:
            return html
        return edited(html, (edit for tag in tags(html) for edit in self._edits(tag, html)))

    def _edits(self, tag: Tag, html: str) -> Iterator[Edit]:
        written = {each.name: each for each in reversed(tag.attributes)}
        if tag.name in _LINKS and "href" in written:
            link = written["href"]
            yield from _edit(link, self.address(link.value.strip()), html)
        appids = [written[name].value.strip() for name in _PROGRAMS if name in written]
        for page in (written[name] for name in _PAGES if name in written):
            if appids:
                yield from _edit(page, self.page(appids[0], page.value.strip()), html)

    def _tagged(self, address: str) -> str:
        """Add to the query what it does not say yet; what stands there keeps its bytes, and wins."""
        self.is_carried = self.is_carried or bool(self.tag)
        place, sign, fragment = address.partition("#")
        base, _, query = place.partition("?")
        said = {unquote_plus(each.partition("=")[0]) for each in query.split("&")}
        added = {key: value for key, value in self.tag.items() if key not in said}
        if not added:
            return address
        query = query.rstrip("&")
        more = urlencode(added, quote_via=quote, safe="")
        return f"{base}?{query}{'&' if query else ''}{more}{sign}{fragment}"


def _edit(attribute: Attribute, value: str, html: str) -> Iterator[Edit]:
    if value == attribute.value.strip():
        return
    start = attribute.value_start
    is_quoted = html[start - 1] in "\"'"
    text = escape(value) if is_quoted else f'"{escape(value)}"'
    yield Edit(start, start + len(attribute.written), text)
