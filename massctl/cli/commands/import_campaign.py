"""`massctl import`: a campaign's folder from what exists elsewhere.

The folder is written and rendered below `.massctl/` first, compared with its source, and then moved to its place.
"""

import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

import click
from msgspec import Struct, field
from msgspec.structs import replace

from massctl.cli import views
from massctl.cli.app import Result, run_in_session, verb
from massctl.cli.arguments import account_option, form_option, read_at_most, sandbox_option
from massctl.cli.commands.new import free_folder, in_group, inherited_account
from massctl.cli.downloads import Downloads, downloads_of
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.session import Session
from massctl.errors import UsageError
from massctl.importer.article import (
    Facts,
    Found,
    as_html,
    design_of,
    differences,
    facts_of,
    lost_in_markdown,
    pictures_of,
    with_pictures,
    without_title,
)
from massctl.importer.documents import (
    DATA,
    DocumentError,
    markdown_with_pictures,
    picture_in,
)
from massctl.importer.folder import ArticleFile, campaign_files
from massctl.importer.foreign import ForeignReader, WordFile
from massctl.importer.markdown import as_markdown
from massctl.importer.word_choices import WORD_CHOICES
from massctl.model.diagnostics import Diagnostic, has_errors
from massctl.model.ids import CAMPAIGN_FILE, AccountName, CampaignName, Folder, MediaId, Sha256
from massctl.model.message import PICTURE_SCHEME, RenderedCampaign
from massctl.model.phrase import Command, Phrase
from massctl.parallel_calls import side_by_side
from massctl.render.campaign import campaign_of
from massctl.render.formula import FORMULA_CODE
from massctl.scaffold import COVER, sample_cover
from massctl.source.campaign_folder import (
    put_in_place,
    unfinished,
    unfinished_folder,
    write_files,
)
from massctl.source.campaigns import load_campaign
from massctl.source.loader import WorkingTree
from massctl.source.renderer import children_of
from massctl.wechat.wire import KeptArticle

if TYPE_CHECKING:
    from massctl.view.imported import ImportedArticleFacts
F = TypeVar("F", bound=Callable[..., Any])
_NOTHING = Phrase("Nothing was written.")
DOCUMENT_BYTES_MAX = 64 * 1024 * 1024
"""Of a Word file, a page or a Markdown file; above that are few documents that are one article."""
PICTURE_BYTES_MAX = 20 * 1024 * 1024
"""Of a picture beside a document."""


def _options(command: F) -> F:
    for option in (
        form_option,
        click.option(
            "--as",
            "kind",
            type=click.Choice(["auto", "markdown", "html"]),
            default="auto",
            help="How articles are written; auto: Markdown, or HTML where something is designed.",
        ),
        account_option,
    ):
        command = option(command)
    return command


@click.group(name="import")
def command() -> None:
    """Make campaigns/NAME from a console draft, a published article, a page, or a Word or Markdown file.

    It downloads and checks the pictures, renders the result, and compares text, pictures and links with the source.
    """


@command.command(name="drafts")
@account_option
@form_option
@sandbox_option
@verb("import drafts")
def drafts(current: "Session", account: str | None) -> Result:
    """List the drafts of the console, newest first, each with its media_id and date."""
    name = current.account(account, _NOTHING)
    listed = [
        (each.media_id, each.titles, each.updated) for each in current.wechat(name).newest_drafts()
    ]
    return _listed(name, listed, "draft")


@command.command(name="draft")
@click.argument("media_id")
@click.argument("name", metavar="[GROUP/]NAME")
@_options
@sandbox_option
@verb("import")
def draft(current: Session, media_id: str, name: str, account: str | None, kind: str) -> Result:
    """Import the draft MEDIA_ID; `massctl import drafts` lists them."""

    def take(source: "_Source") -> "list[Found]":
        kept = source.current.wechat(source.account).kept_draft(MediaId(media_id))
        if kept is None:
            hint = Phrase("{command}   lists the drafts", command=Command("import drafts"))
            raise UsageError(
                Phrase("there is no draft {media_id}", media_id=media_id), _NOTHING, hint
            )
        return _kept(source, kept)

    return _run(current, name, account, kind, take)


@command.command(name="published")
@click.argument("article_id", required=False)
@click.argument("name", required=False)
@_options
@sandbox_option
@click.pass_obj
def published(
    directory: str,
    article_id: str | None,
    name: str | None,
    account: str | None,
    kind: str,
    form: str,
    sandbox: bool,
) -> int:
    """Import the publication ARTICLE_ID; without arguments, list the newest publications.

    WeChat lists only what was published without a push. What was sent is a page: `massctl import url`.
    """
    if article_id is None or name is None:

        def listing(current: "Session") -> Result:
            chosen = current.account(account, _NOTHING)
            newest = current.wechat(chosen).newest_publications()
            return _listed(
                chosen,
                [(each.article_id, each.titles, each.updated) for each in newest],
                "published",
            )

        if article_id is not None:
            raise UsageError(Phrase("{what} is missing", what="NAME"), _NOTHING)
        return run_in_session("import drafts", form, directory, listing, sandbox=sandbox)

    def take(source: "_Source") -> "list[Found]":
        return _kept(source, source.current.wechat(source.account).kept_publication(article_id))

    def work(current: Session) -> Result:
        return _run(current, name, account, kind, take)

    return run_in_session("import", form, directory, work, sandbox=sandbox)


@command.command(name="url")
@click.argument("page", metavar="URL|FILE")
@click.argument("name", metavar="[GROUP/]NAME")
@_options
@verb("import")
def url(current: Session, page: str, name: str, account: str | None, kind: str) -> Result:
    """Import the article of a page: an http or https address, or a page that a browser saved."""

    def take(source: "_Source") -> "list[Found]":
        # People copy an address without its beginning.
        is_bare = _HOST.match(page) is not None and not Path(page).exists()
        address = f"https://{page}" if is_bare else page
        if address.startswith(("http://", "https://")):
            fetched = source.downloads.page(address)
            if isinstance(fetched, Phrase):
                raise UsageError(
                    Phrase("{address} cannot be fetched: {why}", address=address, why=fetched),
                    _NOTHING,
                    Phrase(
                        "open it in a browser, save the page, and import that: {command}",
                        command=Command("import url", "page.html", name),
                    ),
                )
            return [source.reader.page(_text(fetched), address)]
        found = source.reader.page(_text(_document(page)), "")
        source.folder, source.beside = Path(page).parent, found.beside
        return [found]

    return _run(current, name, account, kind, take)


@command.command(name="word")
@click.argument("file")
@click.argument("name", metavar="[GROUP/]NAME")
@click.option(
    "--revisions",
    type=click.Choice(WORD_CHOICES["revisions"]),
    help="What becomes of tracked changes, also of formats. Without it they stop the import.",
)
@click.option(
    "--hidden",
    type=click.Choice(WORD_CHOICES["hidden"]),
    help="What becomes of hidden text, and of text in the colour behind it. Without it that stops the import.",
)
@click.option(
    "--comments",
    type=click.Choice(WORD_CHOICES["comments"]),
    help="Leave comments out. Without it they stop the import.",
)
@_options
@verb("import")
def word(
    current: Session,
    file: str,
    name: str,
    revisions: str | None,
    hidden: str | None,
    comments: str | None,
    account: str | None,
    kind: str,
) -> Result:
    """Import a Word file (.docx), and name what of it cannot come, with its words and place.

    Tracked changes, hidden text and comments stop the import until you say what becomes of them.
    """

    def take(source: "_Source") -> "list[Found]":
        given = {"revisions": revisions, "hidden": hidden, "comments": comments}
        chosen = {name: answer for name, answer in given.items() if answer}
        source.word = WordFile(_document(file), Path(file).stem, chosen)
        found, source.embedded = source.reader.word(source.word)
        return [found]

    return _run(current, name, account, kind, take)


@command.command(name="markdown")
@click.argument("file")
@click.argument("name", metavar="[GROUP/]NAME")
@_options
@verb("import")
def markdown(current: Session, file: str, name: str, account: str | None, kind: str) -> Result:
    """Import a Markdown file, whose pictures are on the Internet or beside it; it stays Markdown."""
    if kind == "html":
        raise UsageError(
            Phrase("a Markdown file stays Markdown: --as html has no effect"),
            _NOTHING,
            Phrase("leave it out"),
        )

    def take(source: "_Source") -> "list[Found]":
        source.folder = Path(file).parent
        return [source.reader.markdown(_text(_document(file)), Path(file).stem)]

    return _run(current, name, account, kind, take)


_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}/", re.IGNORECASE)
"""How an address begins that lacks `https://`."""


def _document(file: str) -> bytes:
    data = read_at_most(file, DOCUMENT_BYTES_MAX, _NOTHING)
    if len(data) > DOCUMENT_BYTES_MAX:
        too_large = Phrase("the file has more than {limit:,} bytes", limit=DOCUMENT_BYTES_MAX)
        raise UsageError(too_large, _NOTHING)
    return data


_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def _text(data: bytes) -> str:
    """Decode a document: as UTF-8, else as it says, else as the encoding of older Chinese pages."""
    said = _CHARSET.search(data[:4096])
    for encoding in ("utf-8-sig", said[1].decode() if said else "gb18030", "gb18030"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", "replace")


class _Source(Struct):
    """What an article is taken from, and where its pictures are."""

    current: "Session"
    account: AccountName
    downloads: "Downloads"
    reader: "ForeignReader"
    embedded: "Mapping[str, bytes]" = field(default_factory=dict)
    """Pictures that came with it, by what stands for their addresses."""
    folder: Path | None = None
    """Of a local file: its pictures may be below."""
    word: WordFile | None = None
    """The Word file with which the result is compared."""
    beside: "Mapping[str, str]" = field(default_factory=dict)
    """Which of these files is a picture of the Internet, by its address."""

    def picture(self, address: str) -> bytes | Phrase:
        """Return the bytes of a picture, or say why not."""
        if address in self.embedded:
            return self.embedded[address]
        if address.startswith(DATA):
            return picture_in(address) or Phrase("its address holds no picture")
        if (
            self.folder is not None
            and not urlsplit(address).scheme
            and not address.startswith("//")
        ):
            return self._beside(self.folder.resolve(), address)
        fetched = self.downloads.picture(
            f"https:{address}" if address.startswith("//") else address
        )
        if isinstance(fetched, bytes) or self.folder is None or address not in self.beside:
            return fetched
        saved = self._beside(self.folder.resolve(), self.beside[address])
        return saved if isinstance(saved, bytes) else fetched

    @staticmethod
    def _beside(root: Path, address: str) -> bytes | Phrase:
        place = (root / unquote(address.partition("?")[0])).resolve()
        if not place.is_relative_to(root) or any(
            part.startswith(".") for part in place.relative_to(root).parts
        ):
            return Phrase("it is not below the folder of the file")
        try:
            if not place.is_file() or place.stat().st_size > PICTURE_BYTES_MAX:
                return Phrase(
                    "there is no such file, or it is larger than {limit:,} bytes",
                    limit=PICTURE_BYTES_MAX,
                )
            return place.read_bytes()
        except OSError:
            return Phrase("the file cannot be read")


def _kept(source: _Source, kept: "Sequence[KeptArticle]") -> "list[Found]":
    """Take the articles of a draft or a publication."""
    found, embedded = [], dict(source.embedded)
    for each in kept:
        article, cover = each.article, each.thumb_url or None
        if cover is None and article.thumb_media_id:
            data = source.current.wechat(source.account).material(MediaId(article.thumb_media_id))
            if data is not None:
                cover = f"material:{article.thumb_media_id}"
                embedded[cover] = data
        found.append(
            source.reader.body(
                article.content,
                title=article.title,
                author=article.author,
                digest=article.digest,
                content_source_url=article.content_source_url,
                cover=cover,
                comments=(article.need_open_comment, article.only_fans_can_comment),
            )
        )
    source.embedded = embedded
    return found


def _run(
    current: Session,
    name: str,
    account: str | None,
    kind: str,
    take: Callable[[_Source], list[Found]],
) -> Result:
    campaign = free_folder(current, name)
    chosen = current.account(account, _NOTHING)
    with downloads_of(current, current.api_base(chosen)) as downloads:
        source = _Source(
            current,
            chosen,
            downloads,
            ForeignReader(children_of(unfinished(current.places.cache), current.places.cache)),
        )
        try:
            return _imported(source, campaign, take(source), kind)
        except DocumentError as error:
            raise UsageError(error.why, _NOTHING, error.hint) from None


class _Pictures(Struct):
    """The pictures of an import: each once, under a name of its own."""

    paths: dict[str, str] = field(default_factory=dict)
    """Address -> path from the campaign's folder."""
    files: dict[str, bytes] = field(default_factory=dict)
    lost: dict[str, Phrase] = field(default_factory=dict)
    """Address -> why it could not be carried over."""

    @property
    def with_samples(self) -> "_Pictures":
        """The same with a sample in place of each lost picture, so that what is around it can be compared."""
        paths = self.paths | dict.fromkeys(self.lost, COVER)
        return replace(self, paths=paths, files=self.files | {COVER: sample_cover()})

    def add(self, address: str, data: bytes | Phrase, reader: "ForeignReader") -> None:
        """Check a picture and give it a name, or note why it is lost."""
        if isinstance(data, Phrase):
            self.lost[address] = data
        elif isinstance(extension := reader.extension(data), Phrase):
            self.lost[address] = extension
        else:
            known = next((path for path, held in self.files.items() if held == data), None)
            path = known or f"images/{len(self.files) + 1:02}.{extension}"
            self.files[path] = data
            self.paths[address] = path


def _fetched(source: _Source, wanted: Iterable[str]) -> _Pictures:
    """Get all pictures, several at a time, and name them in the order of the article."""
    addresses = list(dict.fromkeys(wanted))
    got: dict[int, bytes | Phrase] = {}
    for number, data in side_by_side([lambda at=each: source.picture(at) for each in addresses]):  # type: ignore[misc]
        if isinstance(data, BaseException):
            raise data
        got[number] = data
    pictures = _Pictures()
    for number, address in enumerate(addresses):
        pictures.add(address, got[number], source.reader)
    return pictures


def _imported(source: _Source, own: Folder, found: "Sequence[Found]", kind: str) -> Result:
    wanted: list[str] = []
    for each in found:
        listed = (
            pictures_of(each.tree)
            if each.markdown is None
            else source.reader.markdown_facts(each.markdown).pictures
        )
        wanted += [*([each.cover] if each.cover else []), *listed]
    pictures = _fetched(source, wanted)
    current = source.current
    with unfinished_folder(current.repository, own, current.places.cache) as folder:
        kinds = ["markdown" if each.markdown is not None else kind for each in found]
        articles, diagnostics = _written(source, folder, found, pictures, kinds)
        # A writer that is not sure writes HTML, where that keeps more. It draws no formulas.
        errors = {each.code for each in diagnostics if each.severity == "error"}
        unsure = [
            one == "auto"
            and bool(each.differences)
            and each.content.endswith(".md")
            and errors != {FORMULA_CODE}
            for one, each in zip(kinds, articles, strict=True)
        ]
        if any(unsure):
            again = ["html" if each else one for each, one in zip(unsure, kinds, strict=True)]
            in_html, faults = _written(source, folder, found, pictures, again)
            if _faults(articles, diagnostics) > _faults(in_html, faults):
                whys = [_why_html(each, diagnostics) for each in articles]
                articles = [
                    replace(each, not_carried=[why, *each.not_carried]) if is_unsure else each
                    for each, why, is_unsure in zip(in_html, whys, unsure, strict=True)
                ]
                diagnostics = faults
            else:
                kept = [
                    "markdown" if each else one for each, one in zip(unsure, kinds, strict=True)
                ]
                articles, diagnostics = _written(source, folder, found, pictures, kept)
        declared = (folder / CAMPAIGN_FILE).read_bytes()
        if inherited_account(current, own) == source.account:
            declared = declared.replace(f"account: {source.account}\n".encode(), b"", 1)
        (folder / CAMPAIGN_FILE).write_bytes(in_group(declared, own))
        paths = put_in_place(current.repository, own, current.places.cache)
    # Markdown may have what only another program draws; it is told beside the errors.
    is_markdown = any(each.markdown is not None for each in found)
    told = {"error", "warning"} if is_markdown else {"error"}
    faults = [each for each in diagnostics if each.severity in told]
    return _told(CampaignName(folder.name), articles, pictures, faults, paths)


def _faults(
    articles: "Sequence[ImportedArticleFacts]", diagnostics: Iterable[Diagnostic]
) -> tuple[int, int]:
    """Count what is wrong with a result: errors and formulas that are not drawn, and what the articles lack."""
    errors = sum(each.severity == "error" or each.code == FORMULA_CODE for each in diagnostics)
    return errors, sum(len(each.differences) for each in articles)


def _why_html(article: "ImportedArticleFacts", diagnostics: Iterable[Diagnostic]) -> Phrase:
    """Say why an article is HTML: the first error of its Markdown, else what that lacks."""
    errors = [each for each in diagnostics if each.severity == "error"]
    own = [each for each in errors if each.place and each.place.file.endswith(article.content)]
    for each in own or errors:
        why = Phrase("{code} {why}", code=each.code, why=each.message)
        return Phrase("it is written as HTML: as Markdown, {why}", why=why)
    return Phrase("it is written as HTML: as Markdown, {why}", why=article.differences[0])


def _written(
    source: _Source,
    folder: Path,
    found: "Sequence[Found]",
    pictures: _Pictures,
    kinds: Sequence[str],
) -> "tuple[list[ImportedArticleFacts], list[Diagnostic]]":
    """Write the files, render them, and compare the articles."""
    shutil.rmtree(folder)
    folder.mkdir()
    written = [
        _article(source, each, number, len(found), pictures, one)
        for number, (each, one) in enumerate(zip(found, kinds, strict=True), 1)
    ]
    sample = {COVER: sample_cover()} if any(file.cover == COVER for file, _ in written) else {}
    files = campaign_files(source.account, [file for file, _ in written], pictures.files | sample)
    write_files(folder, files)
    rendered, diagnostics = _rendered(source, folder)
    compared = written
    if rendered is None:
        # A title that is too long says nothing against the body, nor does a lost picture.
        whole = pictures.with_samples
        compared = [
            _article(
                source,
                replace(each, title="1", author="", digest=""),
                number,
                len(found),
                whole,
                one,
            )
            for number, (each, one) in enumerate(zip(found, kinds, strict=True), 1)
        ]
        bare = [file for file, _ in compared]
        write_files(folder, campaign_files(source.account, bare, whole.files))
        rendered, _ = _rendered(source, folder)
        shutil.rmtree(folder)
        write_files(folder, files)
    names = _names(rendered) if rendered is not None else {}
    kept = {f"../{path}" for path in pictures.paths.values()}
    articles = []
    for number, (file, facts) in enumerate(written):
        told = [Phrase("it cannot be rendered as it is, so it was not compared")]
        lost = file.found.lost
        if rendered is not None:
            body = rendered.message.articles[number].content
            if source.word is not None:
                told, changed = source.reader.word_lacks(source.word, file.found.title, body)
                lost = [*lost, *changed]
            else:
                told = differences(
                    compared[number][1], body, names, may_add=file.found.markdown is not None
                )
        arrived = sum(each in kept for each in facts.pictures)
        shown = len(facts.pictures) + file.found.pictures_lost
        counts = facts.characters, shown, arrived, len(facts.links)
        articles.append(
            views.imported.ImportedArticleFacts(file.found.title, file.path, *counts, told, lost)
        )
    return articles, diagnostics


def _article(
    source: _Source, found: "Found", number: int, count: int, pictures: _Pictures, kind: str
) -> "tuple[ArticleFile, Facts]":
    """Write an article, and take what it was found with; addresses of pictures become paths."""
    stem = "articles/main" if count == 1 else f"articles/{number}"
    paths = {address: f"../{path}" for address, path in pictures.paths.items()}
    lost = list(found.lost)
    cover = pictures.paths.get(found.cover or "")
    if cover is None:
        cover = next(iter(pictures.files), None) if found.cover is None and count == 1 else None
        lost.append(
            Phrase("it has no cover: the first picture is taken for one")
            if cover is not None
            else Phrase(
                "it has no cover that can be used: images/cover.jpg is a sample, replace it"
            )
        )
    if found.markdown is not None:
        text = markdown_with_pictures(found.markdown, paths)
        return ArticleFile(
            replace(found, lost=lost), f"{stem}.md", text, cover or COVER
        ), source.reader.markdown_facts(text)
    tree = deepcopy(found.tree)
    with_pictures(tree, paths)
    design = design_of(tree) if kind == "auto" else None
    is_html = kind == "html" or design is not None
    if not is_html:
        without_title(tree, found.title)
    facts = facts_of(tree)
    if is_html:
        lost += [Phrase("it is written as HTML: {why}", why=design)] if design is not None else []
        path, text = f"{stem}.html", as_html(tree)
    else:
        lost += lost_in_markdown(tree)
        path, text = f"{stem}.md", as_markdown(tree)
    return ArticleFile(replace(found, lost=lost), path, text, cover or COVER), facts


def _rendered(source: _Source, folder: Path) -> "tuple[RenderedCampaign | None, list[Diagnostic]]":
    """Render an unfinished folder without theme and brand, and with its links, as it was found."""
    bare = {"external_links": "keep", "theme": None, "brand": None}
    account = source.current.settings.accounts[source.account].model_copy(update=bare)
    settings = source.current.settings.model_copy(update={"accounts": {source.account: account}})
    name, repository = CampaignName(folder.name), unfinished(source.current.places.cache)
    loaded = load_campaign(repository, name, settings)
    if loaded.file is None:
        return None, list(loaded.diagnostics)
    working_tree = WorkingTree(
        repository, settings, source.current.places.cache, children=source.reader.children
    )
    made = working_tree.rendered(name, loaded.file, {})
    working_tree.adopt(name, made)
    return campaign_of(
        name,
        loaded.file,
        made.content,
        folder=loaded.folder,
        destinations=made.destinations,
        shows_unread_picture=made.shows_unread_picture,
        account=account,
        lists=working_tree,
        source_sha256=Sha256("0" * 64),
        place=loaded.place,
    )


def _names(rendered: "RenderedCampaign") -> dict[str, str]:
    """Return what stands for each picture in a rendered body, and its path as articles write it."""
    return {
        f"{PICTURE_SCHEME}{each.sha256}": f"../{each.path.removeprefix(f'{rendered.folder}/')}"
        for each in rendered.pictures
    }


def _told(
    name: CampaignName,
    articles: "list[ImportedArticleFacts]",
    pictures: _Pictures,
    faults: "list[Diagnostic]",
    paths: list[str],
) -> Result:
    lost = [
        Phrase("picture {address}: {why}", address=address[:120], why=why)
        for address, why in pictures.lost.items()
    ]
    articles = [replace(articles[0], not_carried=[*articles[0].not_carried, *lost]), *articles[1:]]
    is_whole = not lost and not has_errors(faults) and all(each.is_same for each in articles)
    status = ExitStatus.DONE if is_whole else ExitStatus.FAILED

    return Result(
        status,
        lambda _: views.verbs_json.import_json(name, paths, articles, faults, status),
        lambda _: "\n".join(paths),
        talk=lambda to: views.imported.imported_text(to.page(), name, articles, faults),
    )


def _listed(
    account: AccountName, listed: "Sequence[tuple[str, Sequence[str] | None, Any]]", kind: str
) -> Result:
    go_on = Phrase("next: {command}", command=Command("import", kind, "ID", "NAME"))
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.import_list_json(account, listed),
        lambda to: views.imported.listed_text(to.page(), listed),
        next_step=go_on if listed else None,
    )
