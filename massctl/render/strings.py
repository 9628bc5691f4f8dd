"""Strings of campaign.yaml through Jinja, and the diagnostics about whatever they say."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from html import unescape
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.model.campaign import CampaignFile
from massctl.model.diagnostics import Diagnostic, Excerpt, Fault, KeyPath, Lines, Place
from massctl.model.frozen import Frozen
from massctl.model.ids import CAMPAIGN_FILE
from massctl.model.theme import Brand, ThemeSettings
from massctl.render.inputs import Inputs
from massctl.render.limits import ContentLimit, Limit
from massctl.render.link_tag import LinkTag
from massctl.render.paths import Pictures
from massctl.render.rules.registry import judge
from massctl.render.rules.subject import Subject
from massctl.render.rules.words import WordLists

if TYPE_CHECKING:
    from massctl.render.article_file import ExternalLinks
    from massctl.render.theme import Themes


_ROOT = "../"
"""The folder of the settings, from the campaigns folder."""


class KeyPlace(Protocol):
    """Gives the place of a key of campaign.yaml, or of words in its value where they stand there as they are."""

    def __call__(self, path: KeyPath, words: str = "") -> Place | None: ...  # noqa: D102


def no_check(_: str) -> Iterable[Fault]:
    """Find nothing wrong."""
    return ()


class Setting(Frozen, dict=True):
    """What all articles of one campaign share."""

    campaign: str
    own: str
    """Its folder, from the campaigns folder."""
    account: str
    inputs: Inputs
    pictures: Pictures
    external_links: "ExternalLinks"
    usual_theme: ThemeSettings
    """The account's, over the brand's."""
    brand: Brand | None = None
    """Whose header, footer and logo stand around its Markdown articles."""
    limit: ContentLimit | None = None
    """Of an account that takes less than WeChat does elsewhere."""
    links: dict[str, str] = field(default_factory=dict)
    """The addresses that templates took from the ledger."""
    track: LinkTag = field(default_factory=LinkTag)
    """Puts the campaign's tag on links to own sites."""

    @cached_property
    def themes(self) -> "Themes":
        """The themes that its articles use; a message without articles loads none."""
        from massctl.render.theme import Themes

        return Themes(self.inputs, self.pictures)

    @property
    def file(self) -> str:
        """Return its campaign.yaml, from the campaigns folder."""
        return f"{self.own}/{CAMPAIGN_FILE}"

    def in_settings(self, fault: Fault, *keys: KeyPath) -> Fault:
        """Place a fault in the settings, at the first of these keys that the account says, or else the repository."""
        place = self.inputs.settings_place(self.account, keys)
        return replace(
            fault,
            path=f"{_ROOT}{place.file}",
            line=place.line,
            column=place.column,
            width=None,
            needle="",
        )


class Strings(Struct):
    """Renders the strings of one campaign.yaml; every fault becomes a diagnostic at once."""

    file: CampaignFile
    setting: Setting
    place: KeyPlace
    words: WordLists = field(default_factory=WordLists)
    """What is looked for in everything that followers read."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _told: set[Diagnostic] = field(default_factory=set)

    def variables(self, own: Mapping[str, Any]) -> dict[str, Any]:
        """Return the variables of templates: the campaign's override massctl's, an article's override both."""
        campaign = {
            "name": self.setting.campaign,
            "title": self.file.title,
            "edition": self.file.edition,
        }
        return {"campaign": campaign, "account": self.file.account, **self.file.vars, **own}

    def string(
        self,
        text: str,
        key: KeyPath,
        check: Limit = no_check,
        variables: Mapping[str, Any] | None = None,
    ) -> str:
        """Render a string and check it; blanks around it are no part of it. Without `variables` the campaign's."""
        written = text
        sources: dict[str, str] = {}
        if "{{" in text or "{%" in text or "{#" in text:
            # Jinja is loaded only where a template is.
            from massctl.render.template import render_text

            seen = self.variables({}) if variables is None else variables
            setting = self.setting
            links = self.setting.links
            result = render_text(
                "", text, setting.own, seen, setting.inputs, sources=sources, links=links
            )
            if isinstance(result, Fault):
                self.report([result], sources, key)
                return ""
            written = result
        written = written.strip()
        self.report(check(written), sources, key)
        return written

    def judge(self, subject: Subject) -> None:
        """Make diagnostics of whatever a content rule finds."""
        found: dict[KeyPath, list[Fault]] = {}
        for fault in judge(subject):
            found.setdefault(fault.key, []).append(fault)
        for key, faults in found.items():
            self.report(faults, subject.sources if key == subject.content_key else {}, key)

    def report(self, faults: Iterable[Fault], sources: Mapping[str, str], key: KeyPath) -> None:
        """Turn the faults of the value at `key` into diagnostics."""
        origin = Origin(self.setting.campaign, sources, partial(self.place, key))
        found = [origin.diagnostic(fault) for fault in faults]
        # A loop makes the same fault again and again, and articles share a theme; each is told once.
        self.diagnostics += [each for each in dict.fromkeys(found) if each not in self._told]
        self._told.update(found)


# From faults to diagnostics: which file of the repository, which line, and the line itself.

CAMPAIGNS = "campaigns/"
"""Before a path from the campaigns folder, to make it one from the repository's root."""
HALF_CHARACTERS_MIN = 8
"""Ours: fewer may be anything."""
_WITH_ENTITY = re.compile(
    r"(?:(?<=\]\()|(?<=\]:)|(?<=\]: )|(?<=<))[^\s<>&]*&(?:[^\s<>()]|\([^\s<>()]*\))*"
)
"""The address of a link or picture with an entity in it."""


class Origin:
    """Finds places in the sources of one article; what cannot be found is at a key of campaign.yaml."""

    def __init__(
        self, campaign: str, sources: Mapping[str, str], at_key: Callable[[str], Place | None]
    ) -> None:
        self._campaign = campaign
        self._sources = sources
        self._at_key = at_key
        """Gives the place in campaign.yaml of what a fault looks for."""
        self._spellings: dict[str, str] | None = None
        """Words with entities, by what they say; made when first needed."""
        self._after: dict[str, tuple[str, int]] = {}
        """For each text that was looked for: where the search goes on, so that the second fault gets the second."""
        self._read: dict[str, Lines] = {}
        """The lines of each source in which a fault was found."""

    def diagnostic(self, fault: Fault) -> Diagnostic:
        """Make the diagnostic of a fault."""
        place, written = self._place(fault)
        excerpt = Excerpt(written) if written is not None else None
        return Diagnostic(
            fault.code, fault.severity, fault.message, place, fault.hint, self._campaign, excerpt
        )

    def _place(self, fault: Fault) -> tuple[Place | None, str | None]:
        if fault.path:
            file = (
                fault.path.removeprefix(_ROOT)
                if fault.path.startswith(_ROOT)
                else CAMPAIGNS + fault.path
            )
            line = fault.line
            column = fault.column
            lines = self._lines(fault.path) if fault.path in self._sources else None
            if lines is None or line is None or line > len(lines):
                return Place(file, line, column), None
            if column is None or fault.width is None:
                return Place(file, line, column), lines.written(line)
            start = lines.bounds(line)[0] + column - 1
            return Place(file, *lines.span(start, start + fault.width)), lines.written(line)
        found = self._search(fault) if fault.needle else None
        if found is None and fault.width:
            # Markup between the words around it: the word alone is looked for.
            alone = fault.needle[fault.shift : fault.shift + fault.width]
            found = self._search(replace(fault, needle=alone, shift=0)) if alone else None
        return found or self._beginning(fault) or (self._at_key(fault.needle), None)

    def _beginning(self, fault: Fault) -> tuple[Place, str] | None:
        """Find the first half of a text that stands there with escapes or entities, if that is in one place only."""
        half = fault.needle[: len(fault.needle) // 2]
        if (
            len(half) < HALF_CHARACTERS_MIN
            or sum(source.count(half) for source in self._sources.values()) != 1
        ):
            return None
        return self._find(half, replace(fault, needle=half, shift=0, width=None))

    def _search(self, fault: Fault) -> tuple[Place, str] | None:
        """Find a text in the sources, as it stands or as it is spelled with entities."""
        needle = fault.needle
        found = self._find(needle, fault)
        if found is None and "&" in "".join(self._sources.values()):
            if self._spellings is None:
                self._spellings = {
                    unescape(word): word
                    for source in self._sources.values()
                    for word in _WITH_ENTITY.findall(source)
                }
            spelling = self._spellings.get(needle)
            found = self._find(spelling, fault) if spelling else None
        return found

    def _find(self, needle: str, fault: Fault) -> tuple[Place, str] | None:
        """Find a text in the sources; faults with the same text are given its places one after the other."""
        last = self._after.get(needle)
        for path, source in self._sources.items():
            start = last[1] if last is not None and last[0] == path else 0
            index = source.find(needle, start)
            if index >= 0:
                self._after[needle] = path, index + len(needle)
                start = index + fault.shift
                width = len(needle) if fault.width is None else fault.width
                lines = self._lines(path)
                span = lines.span(start, start + width)
                return Place(CAMPAIGNS + path, *span), lines.written(span.line)
        if last is None:
            return None
        del self._after[needle]
        return self._find(needle, fault)

    def _lines(self, path: str) -> Lines:
        if path not in self._read:
            self._read[path] = Lines(self._sources[path])
        return self._read[path]
