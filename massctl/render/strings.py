"""Strings of campaign.yaml through Jinja, and the diagnostics about whatever they say."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Protocol

from massctl.model.campaign import CampaignFile, Path
from massctl.model.diagnostics import Diagnostic, Place
from massctl.model.theme import Brand, ThemeSettings
from massctl.render.fault import SETTINGS_FILE, Fault
from massctl.render.inputs import Inputs
from massctl.render.limits import ContentLimit
from massctl.render.origin import Origin
from massctl.render.pictures import Pictures
from massctl.render.rules.registry import judge
from massctl.render.rules.subject import Subject
from massctl.render.rules.words import WordLists

if TYPE_CHECKING:
    from massctl.render.page import ExternalLinks
    from massctl.render.theme import Themes


class KeyPlace(Protocol):
    """Gives the place of a key of campaign.yaml, or of words in its value where they stand there as they are."""

    def __call__(self, path: Path, words: str = "") -> Place | None: ...  # noqa: D102


Check = Callable[[str], Iterable[Fault]]
"""Gives the faults of a rendered string."""


def no_check(_: str) -> Iterable[Fault]:
    """Find nothing wrong."""
    return ()


@dataclass(frozen=True)
class Setting:
    """What all articles of one campaign share."""

    campaign: str
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

    @cached_property
    def themes(self) -> "Themes":
        """The themes that its articles use; a message without articles loads none."""
        from massctl.render.theme import Themes

        return Themes(self.inputs, self.pictures)

    def in_settings(self, fault: Fault, *keys: Path) -> Fault:
        """Place a fault in massctl.yaml, at the first of these keys that the account says, or else the repository."""
        place = self.inputs.settings_place(self.account, keys)
        return replace(fault, path=SETTINGS_FILE, line=place.line, column=place.column, width=None, needle="")


@dataclass
class Strings:
    """Renders the strings of one campaign.yaml; every fault becomes a diagnostic at once."""

    file: CampaignFile
    setting: Setting
    place: KeyPlace
    words: WordLists = field(default_factory=WordLists)
    """What is looked for in everything that followers read."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _told: set[Diagnostic] = field(default_factory=set)

    def variables(self, own: Mapping[str, Any]) -> dict[str, Any]:
        """Give what templates see; the campaign's words win over ours, an article's over both."""
        campaign = {"name": self.setting.campaign, "title": self.file.title, "edition": self.file.edition}
        return {"campaign": campaign, "account": self.file.account, **self.file.vars, **own}

    def string(self, text: str, key: Path, check: Check = no_check, variables: Mapping[str, Any] | None = None) -> str:
        """Render a string and check it; blanks around it are no part of it. Without `variables` the campaign's."""
        written = text
        sources: dict[str, str] = {}
        if "{{" in text or "{%" in text or "{#" in text:
            # Jinja is loaded only where a template is.
            from massctl.render.template import render_text

            seen = self.variables({}) if variables is None else variables
            setting, links = self.setting, self.setting.links
            result = render_text("", text, setting.campaign, seen, setting.inputs, sources=sources, links=links)
            if isinstance(result, Fault):
                self.report([result], sources, key)
                return ""
            written = result
        written = written.strip()
        self.report(check(written), sources, key)
        return written

    def judge(self, subject: Subject) -> None:
        """Make diagnostics of whatever a content rule finds."""
        found: dict[Path, list[Fault]] = {}
        for key, fault in judge(subject):
            found.setdefault(key, []).append(fault)
        for key, faults in found.items():
            self.report(faults, subject.sources if key == subject.content_key else {}, key)

    def report(self, faults: Iterable[Fault], sources: Mapping[str, str], key: Path) -> None:
        """Make diagnostics of faults of what stands at `key`."""
        origin = Origin(self.setting.campaign, sources, partial(self.place, key))
        found = [origin.diagnostic(fault) for fault in faults]
        # A loop makes the same fault again and again, and articles share a theme; each is told once.
        self.diagnostics += [each for each in dict.fromkeys(found) if each not in self._told]
        self._told.update(found)
