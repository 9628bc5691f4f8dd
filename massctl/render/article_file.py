"""The state of one file of an article while it is rendered: its pictures and its faults."""

import re
from collections import Counter
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.model.diagnostics import Fault, Lines, Severity
from massctl.model.message import Picture
from massctl.model.theme import CodeSettings
from massctl.render.formula import Formula
from massctl.render.html_scan import Tag
from massctl.render.link_tag import LinkTag
from massctl.render.paths import Pictures, is_at_wechat, placeholder

ExternalLinks = Literal["footnotes", "keep"]


class ArticleFile(Struct):
    """Collects faults; looks up pictures for the file that holds the article."""

    file: str
    """From the campaigns folder."""
    pictures: Pictures
    external_links: ExternalLinks
    title: str = ""
    breaks: bool = False
    """Each line of Markdown is a line of the article."""
    code: CodeSettings = field(default_factory=CodeSettings)
    track: LinkTag = field(default_factory=LinkTag)
    """Puts the campaign's tag on links to own sites."""
    lines: Lines | None = None
    """Set where the text at hand is the file itself, so that positions in it are places in the file."""
    faults: list[Fault] = field(default_factory=list)
    formulas: list[Formula] = field(default_factory=list)
    """In the order of the text; tokens and elements name one by its number here."""
    unclosed: Counter[str] = field(default_factory=Counter)
    """How many start tags have no end tag, by name."""
    scripts_told: Counter[str] = field(default_factory=Counter)
    """Links to scripts in raw HTML that are already reported, by address; `wechat_html` does not report them again."""

    @property
    def is_faulty(self) -> bool:
        """Whether something stops the article."""
        return any(fault.severity is Severity.ERROR for fault in self.faults)

    def count(self, tag: Tag) -> None:
        """Count a tag of raw HTML."""
        self.unclosed[tag.name] += -1 if tag.closing else 1

    def report(self, fault: Fault, at: int | None = None) -> None:
        """Note a fault; `at` is its position in the text at hand."""
        if at is not None and self.lines is not None:
            line, column = self.lines.at(at)
            fault = replace(
                fault, path=self.file, line=line, column=column, width=len(fault.needle)
            )
        self.faults.append(fault)

    def leave_out(self, fault: Fault, at: int | None = None) -> None:
        """Report a picture of one pixel that is left out; only once per article."""
        if fault.severity is Severity.ERROR or not any(
            each.code == fault.code for each in self.faults
        ):
            self.report(fault, at)

    def known(self, address: str) -> Picture | None:
        """Return a local picture by its address, or None. This reports no fault and does not count as use."""
        found = self.pictures.look_for(address, self.file, "inline")
        return found if isinstance(found, Picture) else None

    def picture(
        self, address: str, needle: str, at: int | None = None
    ) -> tuple[str, Picture | None] | None:
        """Return what to write for a picture, and the picture if it is a local file; None after reporting a fault."""
        if is_at_wechat(address):
            return re.sub(r"^http:", "https:", address, flags=re.IGNORECASE), None
        found = self.pictures.find(address, self.file, "inline")
        if isinstance(found, Fault):
            self.report(replace(found, needle=needle), at)
            return None
        return placeholder(found), found
