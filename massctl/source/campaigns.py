"""The campaign.yaml files as models, with everything that is wrong in them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import field
from msgspec.structs import replace

from massctl.model.campaign import CampaignFile, campaign_faults
from massctl.model.diagnostics import (
    Diagnostic,
    Excerpt,
    Fault,
    KeyPath,
    Lines,
    Place,
    Severity,
    Span,
    first_told,
)
from massctl.model.ids import CAMPAIGN_FILE, CampaignName
from massctl.model.message import Campaign, Inherited
from massctl.model.phrase import Phrase
from massctl.model.settings import MassctlFile
from massctl.render.rules.characters import unseen_characters
from massctl.source.defaults import (
    Defaults,
    defaults_above,
    defaults_at,
    unknown_account,
    with_defaults,
)
from massctl.source.reporter import Reporter, about_file, in_order, word
from massctl.source.repository import TEXT_BYTES_MAX, Repository, UnreadableError, decode
from massctl.source.validation import known_keys, validate
from massctl.source.yaml import YAML_BYTES_MAX, Positions, no_positions, read_yaml
from massctl.source.yaml_lint import in_quotes


def about_unseen(reporter: Reporter) -> list[Diagnostic]:
    """Warn of them wherever they are, in comments too: those can hide what a line says."""
    found: list[Diagnostic] = []
    for each in unseen_characters(reporter.lines.text):
        span = reporter.lines.span(each.start, each.start + 1)
        place = reporter.place(span)
        excerpt = reporter.excerpt(span)
        found.append(
            Diagnostic(
                "MC320",
                Severity.WARNING,
                each.message,
                place,
                each.hint,
                reporter.campaign,
                excerpt,
            )
        )
    return found


def about_cut_texts(positions: Positions) -> list[Diagnostic]:
    """Warn of what YAML takes for a comment behind a text for people, and what looks like the rest of that text.

    `第 #1 期` and a # at the end look so. Behind two blanks, or with a blank behind its #, it is an ordinary comment.
    """
    told, others = first_told(_cut_texts(positions), lambda cut: cut.span)
    return in_order([_about_cut(each, positions.reporter) for each in told], others)


class _Cut(NamedTuple):
    """A text, and what stands behind it as a comment."""

    key: str
    span: Span
    rest: str


def _cut_texts(positions: Positions) -> Iterator[_Cut]:
    for path, span in positions.values.items():
        line = positions.reporter.lines.written(span.end_line)
        begin = span.column - 1
        end = span.end_column - 1
        cut = _CUT.match(line, end)
        if (
            cut is None
            or not _is_text(path)
            or span.line != span.end_line
            or line[begin : begin + 1] in _NOT_PLAIN
        ):
            continue
        yield _Cut(str(path[-1]), span, cut[1])


def _about_cut(cut: _Cut, reporter: Reporter) -> Diagnostic:
    say = Phrase("{key}: `{rest}` is not part of it, because YAML reads it as a comment")
    say = Phrase(say, key=cut.key, rest=word(cut.rest))
    hint = Phrase("put the whole value in quotes; if it is a comment, write a space after the #")
    begin = cut.span.column - 1
    end = cut.span.end_column + 1
    place = Span(cut.span.line, end, cut.span.line, end + len(cut.rest))
    line = reporter.lines.written(cut.span.line)
    excerpt = reporter.excerpt(place, line[:begin] + in_quotes(line[begin:].rstrip()))
    return Diagnostic(
        "MC033", Severity.WARNING, say, reporter.place(place), hint, reporter.campaign, excerpt
    )


_CUT = re.compile(r" (#(?:[^ \t].*?)?)[ \t]*$")
_NOT_PLAIN = frozenset("\"'|>*&!{[")
_TEXTS = frozenset(
    [
        ("title",),
        *(("mpnews", "articles", key) for key in ("title", "author", "digest")),
        ("text", "content"),
        *(("image", key) for key in ("title", "recommend")),
        *(("mpvideo", key) for key in ("title", "description")),
    ]
)
"""Keys of texts for people, without the numbers of list items."""


def _is_text(path: KeyPath) -> bool:
    names = tuple(part for part in path if isinstance(part, str))
    return names in _TEXTS or "vars" in names[:-1]


OF_LISTS = "MC6"
"""How the codes of diagnostics about lists of openids begin."""


def with_excerpts(
    diagnostics: Iterable[Diagnostic], repository: Repository, campaign_file: Reporter
) -> list[Diagnostic]:
    """Return `diagnostics`, each with the line of its place where that can be read; `campaign_file` is read already."""
    reporters: dict[str, Reporter | None] = {campaign_file.file: campaign_file}
    return [_shown(diagnostic, repository, reporters) for diagnostic in diagnostics]


def _shown(
    diagnostic: Diagnostic, repository: Repository, reporters: dict[str, Reporter | None]
) -> Diagnostic:
    place = diagnostic.place
    if diagnostic.excerpt is not None or place is None or place.line is None:
        return diagnostic
    if place.file not in reporters and diagnostic.code.startswith(OF_LISTS):
        return diagnostic  # No line of a list of openids is ever shown.
    if place.file not in reporters:
        reporters[place.file] = _read(place, repository)
    reporter = reporters[place.file]
    if reporter is None or place.line > len(reporter.lines):
        return diagnostic
    return replace(diagnostic, excerpt=reporter.excerpt(Span(place.line, 1, place.line, 1)))


def _read(place: Place, repository: Repository) -> Reporter | None:
    try:
        text, _ = decode(repository.read_bytes(place.file, TEXT_BYTES_MAX))
    except UnreadableError:
        return None
    return Reporter(place.file, None, Lines(text))


class Loaded(Campaign):
    """A campaign as its folder declares it."""

    file: CampaignFile | None
    """None if any diagnostic is an error, an unknown account among them."""
    diagnostics: tuple[Diagnostic, ...]
    positions: Positions
    declared: Mapping[str, object] = field(default_factory=dict)
    """Keys and values as they were read, right or wrong; with what is inherited."""
    data: bytes | None = None
    """The file itself; None if it could not be read."""
    above: tuple[Defaults, ...] = ()
    """The defaults of the folders above it, the nearest first."""
    inherited: tuple[Inherited, ...] = ()
    """What it does not say itself."""

    def place(self, path: KeyPath, words: str = "") -> Place:
        """Return the place of a value in campaign.yaml, or the nearest place: ("mpnews", "articles", 0, "title").

        Of a value over several lines, that of `words` in it, where they stand there as they are.
        """
        return self.positions.place(path, words)

    def excerpt(self, path: KeyPath) -> Excerpt:
        """Return the line of campaign.yaml on which a value begins."""
        return self.positions.excerpt(path)


def load_campaign(
    repository: Repository,
    name: CampaignName,
    settings: MassctlFile | None,
    known: Loaded | None = None,
) -> Loaded:
    """Read a campaign's campaign.yaml; without `settings` its account is not looked up.

    `known` is what was read with these settings before, and is given again while the file is the same.
    """
    folder = repository.folder(name)
    path = f"{folder}/{CAMPAIGN_FILE}"
    try:
        data = repository.read_bytes(path, YAML_BYTES_MAX)
    except UnreadableError as error:
        fault = about_file(error.code, path, name, error.message, error.hint)
        return Loaded(name, folder, None, (fault,), no_positions(path, name))
    above = defaults_above(repository, folder, settings)
    if known is not None and (known.folder, known.data, known.above) == (folder, data, above):
        return known
    own = read_yaml(data, path, name, known_keys(CampaignFile))
    document, inherited = with_defaults(own, above)
    accounts = list(settings.accounts) if settings is not None else None

    def rules(written: dict[str, object]) -> list[Fault]:
        return [
            *campaign_faults(written),
            *unknown_account(written.get("account"), accounts),
            *_only_service(written, settings),
        ]

    file, diagnostics = validate(document, CampaignFile, rules)
    declared = document.data if isinstance(document.data, dict) else {}
    return Loaded(
        name,
        folder,
        file,
        tuple(diagnostics),
        document.positions,
        declared,
        data,
        above,
        inherited,
    )


def about_defaults(repository: Repository, settings: MassctlFile | None) -> list[Diagnostic]:
    """Return what is wrong in the `_defaults.yaml` of campaigns/ and of groups, each fault once."""
    found: list[Diagnostic] = []
    for path in sorted(repository.campaign_folders.defaults):
        read = defaults_at(repository, path, settings)
        unseen = about_unseen(read.positions.reporter)
        found += [*read.diagnostics, *unseen, *about_cut_texts(read.positions)]
    return found


def _only_service(written: Mapping[str, object], settings: MassctlFile | None) -> list[Fault]:
    """Refuse openids of a subscription account. Source: WeChat docs, "message/mass/send", read 2026-10."""
    audience = written.get("audience")
    account = written.get("account")
    if settings is None or not isinstance(account, str) or account not in settings.accounts:
        return []
    if (
        settings.accounts[account].kind == "service"
        or not isinstance(audience, Mapping)
        or "openids" not in audience
    ):
        return []
    return [
        Fault(
            "MC609",
            Phrase(
                "a subscription account (订阅号) cannot send to openids; only a service account (服务号) can"
            ),
            Phrase(
                "give these followers a tag (标签) in the console and write `tag:` instead of `openids:`"
            ),
            key=("audience", "openids"),
        )
    ]
