"""Read where a body leads a second time, with another parser than massctl's, and compare."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

from massctl.model.destination_html import in_body

_HTML = {"a": ("href", "xlink:href"), "area": ("href", "xlink:href")}
_MARKS = ("mp-style-type", "mpchecktext", "mpath")


class _Reader(HTMLParser):
    """Collects, of each element, what names a place: addresses, and attributes of components as they stand."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.addresses: Counter[str] = Counter()
        self.programs: Counter[str] = Counter()
        self.components = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: (value or "").strip() for name, value in reversed(attrs)}
        for value in dict.fromkeys(said.get(name, "") for name in _HTML.get(tag, ())):
            if value and not value.startswith("#"):
                self.addresses[value] += 1
        if appid := said.get("data-miniprogram-appid"):
            self.programs[appid] += 1
        elif ((tag.startswith("mp") or tag == "qqmusic") and tag not in _MARKS) or (
            tag == "iframe" and any(said.get(key) for key in ("data-mpvid", "data-src", "src"))
        ):
            self.components += 1

    handle_startendtag = handle_starttag


def other_destinations(body: str) -> Iterator[str]:
    """Give what one of the two readers finds and the other does not, each in words."""
    reader = _Reader()
    reader.feed(body)
    reader.close()
    found = [(each.kind.value, each.target) for each in in_body(body, "article 1")]
    addresses = Counter(target for kind, target in found if kind in ("url", "article"))
    programs = Counter(target.split()[0] for kind, target in found if kind == "mini_program")
    rest = sum(kind in ("account", "video", "voice", "card") for kind, _ in found)
    for each in (reader.addresses - addresses).keys() | (reader.programs - programs).keys():
        yield f"destination missing: {each}"
    for each in (addresses - reader.addresses).keys() | (programs - reader.programs).keys():
        yield f"destination invented: {each}"
    if rest != reader.components:
        yield f"destination: {rest} components are listed of {reader.components}"
