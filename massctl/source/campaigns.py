"""The campaign.yaml files as models, with everything that is wrong in them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from msgspec import field
from msgspec.structs import replace

from massctl.model.campaign import (
    BETWEEN_CELLS,
    MATRIX,
    PARTS,
    Audience,
    CampaignFile,
    as_cell,
    campaign_faults,
    cell_faults,
    faults_by_cell,
    is_divided,
    mapping_of,
)
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
from massctl.model.finding import REMARKS
from massctl.model.ids import (
    CAMPAIGN_FILE,
    AppId,
    CampaignName,
    Folder,
    canonical_json,
    cell_name,
    cell_of,
    folder_name,
)
from massctl.model.message import Campaign, DeclaredCell, Inherited
from massctl.model.phrase import Phrase
from massctl.model.settings import MassctlFile
from massctl.render.rules.characters import unseen_characters
from massctl.source.audiences import ONLY_SERVICE
from massctl.source.defaults import (
    Defaults,
    defaults_above,
    defaults_at,
    unknown_account,
    with_defaults,
)
from massctl.source.matrix import campaign_document, indices_of_cells
from massctl.source.reporter import Reporter, about_file, in_order, word
from massctl.source.repository import TEXT_BYTES_MAX, Repository, UnreadableError
from massctl.source.text import YAML_BYTES_MAX, decode
from massctl.source.validation import faults_of, validate
from massctl.source.yaml import Positions, no_positions
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


def about_reprint(loaded: "Loaded") -> list[Diagnostic]:
    """Warn of an article that WeChat may take for a reprint of the one that another account sends."""
    file = loaded.file
    accounts = {each.appid for each in loaded.cells if each.appid}
    if file is None or file.mpnews is None or file.send.send_ignore_reprint or len(accounts) < 2:
        return []
    say = Phrase(
        "several accounts send this article: WeChat may judge it a reprint (转载) of the first one sent, and stop the "
        "others with err(30003)"
    )
    hint = Phrase(
        "write `send_ignore_reprint: true` under send:, so that a reprint goes on where the original allows it; and do "
        "not declare the article original (原创)"
    )
    path = (MATRIX,)
    place, excerpt = loaded.place(path), loaded.excerpt(path)
    return [Diagnostic("MC414", Severity.WARNING, say, place, hint, loaded.name, excerpt)]


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
    """Keys and values as they were read, right or wrong, inherited ones too; of a cell those of a file of its own."""
    data: bytes | None = None
    """The file itself; None if it could not be read."""
    index: int | None = None
    """Which cell of a matrix it is, from 0; None without a matrix."""
    cells: tuple[DeclaredCell, ...] = ()
    """What the cells of its matrix declare, itself among them."""
    said: Mapping[str, object] = field(default_factory=dict)
    """What the file itself says; of a cell what a file of its own would say."""
    above: tuple[Defaults, ...] = ()
    """The defaults of the folders above it, the nearest first."""
    inherited: tuple[Inherited, ...] = ()
    """What it does not say itself."""

    def place(self, path: KeyPath, words: str = "") -> Place:
        """Return the place of a value in campaign.yaml, or the nearest place: ("mpnews", "articles", 0, "title").

        Of a value over several lines, that of `words` in it, where they stand there as they are.
        """
        return self.positions.place(self._written(path), words)

    def excerpt(self, path: KeyPath) -> Excerpt:
        """Return the line of campaign.yaml on which a value begins."""
        return self.positions.excerpt(self._written(path))

    def _written(self, path: KeyPath) -> KeyPath:
        """Return where a key is written: at the cell, if the cell says it."""
        if self.index is None:
            return path
        until = PARTS, self.index, "until"
        if path == ("send", "not_after") and until in self.positions.values:
            return until
        own = MATRIX, self.index, *path
        keys = 4 if path[:1] == ("vars",) else 3
        return own if own[:keys] in self.positions.values else path

    @property
    def own_content(self) -> bytes | None:
        """What counts as the content of its campaign.yaml: of a cell what the file says of it, else the file (None)."""
        if self.index is None:
            return None
        said = {key: value for key, value in self.said.items() if key not in REMARKS}
        return canonical_json(said).encode()


def load_campaign(
    repository: Repository,
    name: CampaignName,
    settings: MassctlFile | None,
    known: dict[CampaignName, Loaded] | None = None,
) -> Loaded:
    """Read a campaign's campaign.yaml; without `settings` its account is not looked up.

    `known` is what was read with these settings before, which is given again while the file is the same. All campaigns
    of the file come to it. A folder whose cells cannot be named is a campaign with faults.
    """
    folder = repository.folder(name)
    path = f"{folder}/{CAMPAIGN_FILE}"
    try:
        data = repository.read_bytes(path, YAML_BYTES_MAX)
    except UnreadableError as error:
        fault = about_file(error.code, path, name, error.message, error.hint)
        return Loaded(name, folder, None, (fault,), no_positions(path, name))
    above = defaults_above(repository, folder, settings)
    before = known.get(name) if known is not None else None
    if before is not None and (before.folder, before.data, before.above) == (folder, data, above):
        return before
    found = _campaigns_of(data, folder, settings, above)
    if known is not None:
        known |= found
    return found.get(name) or _no_cell(found[folder_name(name)], name)


def _campaigns_of(
    data: bytes, folder: Folder, settings: MassctlFile | None, above: tuple[Defaults, ...]
) -> dict[CampaignName, Loaded]:
    """Judge a campaign.yaml: the campaign that it declares, and the cells of its matrix."""
    path, name = f"{folder}/{CAMPAIGN_FILE}", CampaignName(folder.rpartition("/")[2])
    own_document = campaign_document(data, path, name)
    document, inherited = with_defaults(own_document, above)
    positions = document.positions

    accounts = settings.accounts if settings is not None else {}
    appids = {each: account.appid for each, account in accounts.items()}

    def rules(written: dict[str, object]) -> list[Fault]:
        return [
            *campaign_faults(written),
            *faults_by_cell(written, partial(_account_faults, settings=settings)),
            *cell_faults(written, appids),
        ]

    said, declared = mapping_of(own_document.data), mapping_of(document.data)
    if not is_divided(declared):
        file, diagnostics = validate(document, CampaignFile, rules)
        loaded = Loaded(name, folder, file, tuple(diagnostics), positions, declared, data)
        return {name: replace(loaded, said=said, above=above, inherited=inherited)}
    told, others = first_told(faults_of(document, CampaignFile, rules), positions.of)
    named = indices_of_cells(declared)
    # Where some faults are not told, nobody knows which cells are right.
    own = {
        index: [each for each in told if not others and _is_of_cell(each, index)]
        for index in named.values()
    }
    of_cells = [fault for faults in own.values() for fault in faults]
    shared = [positions.diagnostic(each) for each in told if each not in of_cells]
    shared = in_order([*document.diagnostics, *shared], document.others + others)
    every = [*shared, *map(positions.diagnostic, of_cells)]
    whole = Loaded(name, folder, None, tuple(every), positions, declared, data)
    whole = replace(whole, said=said, above=above, inherited=inherited)
    cells = [
        _cell(whole, cell_name(name, cell), index, shared, own[index])
        for cell, index in named.items()
    ]
    every_cell = tuple(_as_declared_cell(each, appids) for each in cells)
    found = {each.name: replace(each, cells=every_cell) for each in cells}
    return {name: whole, **found}


def _is_of_cell(fault: Fault, index: int) -> bool:
    """Return whether a fault stops one cell alone. What is wrong between cells stops all of them."""
    return fault.key[:2] == (MATRIX, index) and fault.code not in BETWEEN_CELLS


def _cell(
    whole: Loaded,
    name: CampaignName,
    index: int,
    shared: Sequence[Diagnostic],
    faults: Sequence[Fault],
) -> Loaded:
    reporter = replace(whole.positions.reporter, campaign=name)
    positions = replace(whole.positions, reporter=reporter)
    own = [positions.diagnostic(each) for each in faults]
    declared = as_cell(whole.declared, index)
    file = None if shared or own else CampaignFile.model_validate(declared)
    told = (*(replace(each, campaign=name) for each in shared), *own)
    said = as_cell(whole.said, index)
    return Loaded(
        name,
        whole.folder,
        file,
        told,
        positions,
        declared,
        whole.data,
        index,
        said=said,
        above=whole.above,
        inherited=tuple(each for each in whole.inherited if not _says(said, each.key)),
    )


def _says(said: Mapping[str, object], key: str) -> bool:
    """Return whether a file says what would be inherited under a key, such as `account` or `vars.city`."""
    first, _, part = key.partition(".")
    return part in mapping_of(said.get(first)) if part else first in said and first != "send"


def _as_declared_cell(cell: Loaded, appids: Mapping[str, str]) -> DeclaredCell:
    """Return what a cell declares; of one with faults only that it is there."""
    if cell.file is None:
        return DeclaredCell(cell.name, AppId(""), Audience())
    return DeclaredCell(cell.name, AppId(appids.get(cell.file.account, "")), cell.file.audience)


def _no_cell(whole: Loaded, name: CampaignName) -> Loaded:
    """Give what is left of a campaign whose cell was taken out of the file meanwhile."""
    say = Phrase("there is no cell {name} any more", name=cell_of(name))
    hint = Phrase("run the command again: somebody edited the file in this moment")
    fault = about_file("MC001", f"{whole.folder}/{CAMPAIGN_FILE}", name, say, hint)
    return Loaded(name, whole.folder, None, (fault,), whole.positions, data=whole.data)


def _account_faults(written: Mapping[str, object], *, settings: MassctlFile | None) -> list[Fault]:
    return [
        *unknown_account(
            written.get("account"), list(settings.accounts) if settings is not None else None
        ),
        *_only_service(written, settings),
    ]


def about_defaults(
    repository: Repository, paths: Iterable[str], settings: MassctlFile | None
) -> list[Diagnostic]:
    """Return what is wrong in files called `_defaults.yaml`, each fault once."""
    found: list[Diagnostic] = []
    for path in sorted(paths):
        read = defaults_at(repository, path, settings)
        unseen = about_unseen(read.positions.reporter)
        found += [*read.diagnostics, *unseen, *about_cut_texts(read.positions)]
    return found


def _only_service(written: Mapping[str, object], settings: MassctlFile | None) -> list[Fault]:
    """Refuse openids of a subscription account. Source: WeChat docs, "message/mass/send", read 2026-10."""
    # Whether massctl reaches an audience by a tag stands in its own file.
    key = "openids" if "openids" in mapping_of(written.get("audience")) else None
    account = written.get("account")
    if settings is None or not isinstance(account, str) or account not in settings.accounts:
        return []
    if settings.accounts[account].kind == "service" or key is None:
        return []
    return [
        Fault(
            "MC609",
            ONLY_SERVICE,
            Phrase(
                "give these followers a tag (标签) in the console and write `tag:` instead of `{key}:`",
                key=key,
            ),
            key=("audience", key),
        )
    ]
