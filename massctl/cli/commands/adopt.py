"""`massctl adopt`: keep the console's version of a staged draft, or write it into the campaign's files."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from difflib import unified_diff
from typing import TYPE_CHECKING

import click

from massctl.apply.draft_fingerprint import differences, is_as_saved, markup_sha256
from massctl.apply.journal import Statement
from massctl.apply.payloads import draft_articles, picture_address
from massctl.apply.ports import DraftArticle
from massctl.apply.reconcile import WENT_OUT, adopt_draft, draft_to_adopt, nothing_to_adopt
from massctl.cli import views
from massctl.cli.app import Result, said, verb
from massctl.cli.arguments import Text, campaign_names, form_option, sandbox_option
from massctl.cli.consent import require_operator, who
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import alone, ledger_session, require_writable, trust
from massctl.cli.output import Console
from massctl.cli.planner import Planned, PlanOptions, planned, show_repository_warnings
from massctl.cli.session import Session
from massctl.errors import RefusedError, UsageError
from massctl.importer.console_edit import proposals
from massctl.importer.folder import as_template, is_template, quoted
from massctl.model.campaign import Article, CampaignFile
from massctl.model.diagnostics import Diagnostic, has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import CAMPAIGNS, below_campaigns
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase, in_a_row, system_reason
from massctl.plan.plan import PlannedCampaign, Until
from massctl.render.paths import template_path
from massctl.render.tree import parse
from massctl.source.campaigns import load_campaign
from massctl.source.loader import Desires
from massctl.source.repository import TEXT_BYTES_MAX, EditedRepository
from massctl.source.validation import known_keys
from massctl.source.yaml_edit import Keys, Value, with_values
from massctl.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_UNWRITTEN = Phrase("Nothing was written.")
_KEYS = (
    "title",
    "author",
    "digest",
    "content_source_url",
    "need_open_comment",
    "only_fans_can_comment",
)
"""What of an article the console changes and campaign.yaml says, by the names that both give it."""


@click.command(name="adopt")
@click.argument("name", shell_complete=campaign_names)
@click.option(
    "--reason",
    type=Text(r".*\S.*"),
    help="What was done in the console, and why; recorded with your name.",
)
@click.option(
    "--pull",
    is_flag=True,
    help="Write the console's changes into the campaign's files; records nothing.",
)
@form_option
@sandbox_option
@verb("adopt")
def command(current: Session, name: str, reason: str | None, pull: bool) -> Result:
    """Keep NAME's draft as somebody changed it in the console, if words, pictures and links are as reviewed.

    The author, the comment settings and what the API does not show, such as 原创 and 赞赏, may differ. Other words come
    into the campaign's files with --pull, to be reviewed.
    """
    if pull:
        if reason is not None:
            raise UsageError(
                Phrase("--pull records nothing, so it takes no --reason"),
                _UNWRITTEN,
                Phrase("leave it out"),
            )
        return pulled(current, name)
    if reason is None:
        hint = Phrase(
            "{command}   writes the console's changes into the files",
            command=Command("adopt", "NAME --pull"),
        )
        raise UsageError(
            Phrase("{what} is missing", what="--reason"), Phrase("Nothing was recorded."), hint
        )
    require_operator(current)
    return adopt(current, name, reason)


def adopt(session: Session, name: str, reason: str) -> Result:
    """Record the console's version of a campaign's draft as the one to send, alone on the ledger."""
    require_writable(session)
    with alone(session):
        read = _planned(session, name)
        if isinstance(read, Result):
            return read
        made, rendered = read
        book = ledger_session(session, made.state)
        statement = Statement(reason, who(session.environment))
        found = adopt_draft(rendered, statement, session.wechat(rendered.account), book)
    done = [each.words for each in made.plan.campaigns[0].handoff]
    record = made.state.record(rendered.name, rendered.edition)
    lines = [Phrase("{name}: the console's version is kept, and apply sends it", name=name)]
    if found:
        lines.append(
            Phrase("it differs from what was reviewed: {differences}", differences=in_a_row(found))
        )
    if done:
        lines.append(Phrase("recorded as done in the console: {items}", items=in_a_row(done)))
    return Result(
        ExitStatus.DONE, lambda _: views.verbs_json.adopt_json(record, found, done), said(*lines)
    )


def _planned(session: Session, name: str) -> tuple[Planned, RenderedCampaign] | Result:
    """Plan a campaign up to its draft; return a Result where its files have faults, raises where it has no draft."""
    made = planned(session, [name], PlanOptions(until=Until.DRAFT))
    trust(session, made.state)
    show_repository_warnings(session, made)
    (campaign,) = made.plan.campaigns
    if has_errors(campaign.diagnostics):
        return _faulty(list(campaign.diagnostics))
    if campaign.rendered is None:
        raise _nothing_staged(campaign)
    return made, campaign.rendered


def _faulty(found: list[Diagnostic]) -> Result:
    return Result(
        ExitStatus.FAILED,
        lambda _: views.verbs_json.faulty_json("adopt", found),
        lambda _: "",
        talk=lambda to: views.diagnostics.diagnostics_text(to.page(), found),
    )


def _nothing_staged(campaign: PlannedCampaign) -> RefusedError | UsageError:
    """Return why a campaign has no content to compare its draft with: it is not locked, it went out, or it is gone."""
    if campaign.refusals:
        refusal = campaign.refusals[0]
        return RefusedError(refusal.message, Phrase("Nothing was recorded."), refusal.hint)
    return nothing_to_adopt(campaign.name, WENT_OUT)


class _Pull(Frozen):
    """A campaign, and the articles of its draft as they were given and as the console has them."""

    session: Session
    made: Planned
    rendered: RenderedCampaign
    files: Sequence[Article]
    given: Sequence[DraftArticle]
    kept: Sequence[DraftArticle]

    @property
    def folder(self) -> str:
        return self.rendered.folder

    def render(self, edited: Mapping[str, bytes]) -> Sequence[DraftArticle] | None:
        """Return the draft that the campaign would get with these files; None if it would have faults."""
        repository = EditedRepository(
            self.session.root, edited, sandbox=self.session.sandbox is not None
        )
        working_tree = self.session.working_tree(repository=repository)
        (found,) = Desires(working_tree, self.made.state).read([self.rendered.name])
        if not isinstance(found, RenderedCampaign) or {each.sha256 for each in found.pictures} - {
            each.sha256 for each in self.rendered.pictures
        }:
            return None
        return draft_articles(found, self.made.state)

    def refused(self, found: Sequence[Phrase]) -> RefusedError:
        """Make the refusal of a console version that cannot be written into files, with the way on."""
        media_id = (
            self.made.state.record(self.rendered.name, self.rendered.edition)
            .drafts[-1]
            .event.media_id
        )
        return RefusedError(
            Phrase(
                "the console's version cannot be written into the files: {differences}",
                differences=in_a_row(found),
            ),
            _UNWRITTEN,
            Phrase(
                "make the same change in the files by hand; or {command}   takes the draft as a new campaign",
                command=Command("import draft", f"{media_id} NEW_NAME"),
            ),
        )


def pulled(session: Session, name: str) -> Result:
    """Write what somebody changed in a campaign's draft into its files, if they then give the same draft."""
    with alone(session):
        read = _planned(session, name)
        if isinstance(read, Result):
            return read
        pull = _opened(session, *read)
        edited = {
            path: data for path, data in _edited(pull).items() if data != _read(session, path)
        }
        if not edited:
            raise pull.refused(
                [Phrase("only what no file says differs, such as a crop of the cover")]
            )
        changes = _changes(session, edited)
        _write(session, edited)
    record = pull.made.state.record(pull.rendered.name, pull.rendered.edition)
    paths = sorted(edited)
    written = Phrase(
        "{name}: the console's changes are written into {files}", name=name, files=", ".join(paths)
    )
    has_lock = session.repository.is_locked(pull.rendered.name)
    next_command = Command("lock", name) if has_lock else Command("plan", name)
    then = Phrase(
        "apply does not replace a draft that was edited by hand: after the review delete it in the console, then: "
        "{command}",
        command=Command("reconcile", name, '--not-sent --reason "…"'),
    )

    def text(to: Console) -> str:
        return "\n".join([to.shown(written), changes, to.shown(then)])

    go_on = Phrase("review and commit the changes, then: {command}", command=next_command)
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.adopt_json(record, [], [], files=paths),
        text,
        next_step=go_on,
    )


def _opened(session: Session, made: Planned, rendered: RenderedCampaign) -> _Pull:
    """Read the draft of a campaign; raise UsageError where nothing differs."""
    draft, kept = draft_to_adopt(rendered, made.state, session.wechat(rendered.account))
    file = load_campaign(session.repository, rendered.name, session.settings).file
    if is_as_saved(draft, kept) or file is None or file.mpnews is None:
        raise UsageError(
            Phrase("there is nothing to adopt about {name}", name=rendered.name),
            Phrase("Its draft is unchanged."),
        )
    given = draft_articles(rendered, made.state)
    return _Pull(session, made, rendered, file.mpnews.articles, given, kept)


def _edited(pull: _Pull) -> dict[str, bytes]:
    """Return the files as they would give the console's draft; raise RefusedError where none do."""
    if len(pull.given) != len(pull.kept):
        raise pull.refused([each.phrase for each in differences(pull.given, pull.kept)])
    edited = _edited_settings(pull)
    for number, article in enumerate(pull.files):
        given, kept = pull.given[number], pull.kept[number]
        if {each.name for each in differences([given], [kept])} & {"text", "pictures", "links"} or (
            markup_sha256([given]) != markup_sha256([kept])
        ):
            edited |= _edited_body(pull, number, article, edited)
    made = pull.render(edited)
    if made is None:
        raise pull.refused([Phrase("the files have faults then")])
    left = [each.phrase for each in differences(made, pull.kept)]
    if left:
        raise pull.refused(left)
    return edited


def _edited_settings(pull: _Pull) -> dict[str, bytes]:
    """Write titles, authors, digests and switches into campaign.yaml."""
    changes: dict[Keys, Value | None] = {}
    for number, (article, given, kept) in enumerate(
        zip(pull.files, pull.given, pull.kept, strict=True)
    ):
        for key in _KEYS:
            ours, theirs = getattr(given, key), getattr(kept, key)
            if ours == theirs or (key == "digest" and (len(pull.given) > 1 or _is_beginning(kept))):
                continue
            if is_template(str(getattr(article, key) or "")):
                say = Phrase(
                    "article {number}: {key} is a template in campaign.yaml",
                    number=number + 1,
                    key=key,
                )
                raise pull.refused([say])
            value = theirs if isinstance(theirs, bool) else quoted(as_template(theirs))
            changes["mpnews", "articles", number, key] = value
    if not changes:
        return {}
    path = f"{pull.folder}/campaign.yaml"
    data = with_values(_read(pull.session, path), path, known_keys(CampaignFile), changes)
    if data is None:
        raise pull.refused([Phrase("campaign.yaml is written in a way that cannot be changed")])
    return {path: data}


def _is_beginning(kept: DraftArticle) -> bool:
    """Whether a digest is the beginning of the text, which WeChat writes where none is given."""
    return "".join(parse(kept.content).text().split()).startswith("".join(kept.digest.split()))


def _edited_body(
    pull: _Pull, number: int, article: Article, edited: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Change an article's file so that it renders to the console's body; raise RefusedError where that fails."""
    own = below_campaigns(pull.folder)
    place = template_path(article.content, own)
    kept = pull.kept[number]
    if not isinstance(place, str) or not place.startswith(f"{own}/"):
        say = Phrase(
            "article {number}: {file} belongs to other campaigns too",
            number=number + 1,
            file=article.content,
        )
        raise pull.refused([say])
    path = f"{CAMPAIGNS}/{place}"
    data = _read(pull.session, path)
    source, ends = data.decode("utf-8-sig"), "\r\n" if b"\r\n" in data else "\n"
    left: list[Phrase] | None = None
    paths = _picture_paths(pull, place)
    for text in proposals(
        path, source.replace("\r\n", "\n"), pull.given[number].content, kept.content, paths
    ):
        new = text.replace("\n", ends).encode()
        made = pull.render({**edited, path: new})
        if made is None:
            continue
        bodies = [
            each
            for each in differences([made[number]], [kept])
            if each.name in ("text", "pictures", "links")
        ]
        found = [each.phrase for each in bodies]
        if not found and markup_sha256([_without_margins(made[number])]) == markup_sha256(
            [_without_margins(kept)]
        ):
            return {path: new}
        left = found or [Phrase("article {number}: how it looks differs", number=number + 1)]
    say = Phrase(
        "article {number}: {file} cannot be changed so", number=number + 1, file=article.content
    )
    raise pull.refused(
        left or [each.phrase for each in differences([pull.given[number]], [kept])] or [say]
    )


def _without_margins(article: DraftArticle) -> DraftArticle:
    """Drop what depends on the neighbours: the distance between two blocks is written once, at either of them."""
    return replace(article, content=_MARGIN.sub("", article.content))


_MARGIN = re.compile(r"(?<=[;\"'])\s*margin(?:-top|-bottom)?\s*:[^;\"']*;?")


def _picture_paths(pull: _Pull, place: str) -> dict[str, str]:
    """Return how an article writes each picture of the campaign, by the address that WeChat gave it."""
    folder = os.path.dirname(f"{CAMPAIGNS}/{place}")
    found: dict[str, str] = {}
    for each in pull.rendered.pictures:
        address = picture_address(each.sha256, pull.rendered.appid, pull.made.state)
        if address is not None:
            found[address] = os.path.relpath(each.path, folder).replace(os.sep, "/")
    return found


def _read(session: Session, path: str) -> bytes:
    return session.repository.read_bytes(path, TEXT_BYTES_MAX)


def _changes(session: Session, edited: Mapping[str, bytes]) -> str:
    """Show what changes in each file, as git would."""
    shown: list[str] = []
    for path, data in sorted(edited.items()):
        before, after = (
            each.decode("utf-8-sig").splitlines() for each in (_read(session, path), data)
        )
        shown += unified_diff(before, after, path, path, n=1, lineterm="")
    return "\n".join(shown)


def _write(session: Session, edited: Mapping[str, bytes]) -> None:
    done: list[str] = []
    for path, data in sorted(edited.items()):
        target = (session.root / path).resolve()
        try:
            write_whole(target, data, target.stat().st_mode & 0o777)
        except OSError as error:
            say = Phrase(
                "{path} cannot be written: {reason}", path=path, reason=system_reason(error)
            )
            raise UsageError(
                say, Phrase("Written: {files}", files=", ".join(done)) if done else _UNWRITTEN
            ) from None
        done.append(path)
