"""What the page of the desk asks for, and how it is answered: by method and address, JSON both ways."""

import re
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from massctl.desk.choices import (
    article_choices,
    audience_choices,
    blanks_in,
    block_choices,
    month_choices,
    tag_choices,
)
from massctl.desk.findings import finding_of
from massctl.desk.forge_session import ForgeSession
from massctl.desk.letter_fields import (
    MESSAGE_FIELDS,
    NewArticle,
    articles_of,
    first_fault,
    read_fields,
    with_articles,
    with_fields,
)
from massctl.desk.request_body import ArticleOrder, FieldChanges, NewText, body_of, read_as
from massctl.desk.request_text import request_text
from massctl.desk.review_api import SENDING, Answer, ReviewApi
from massctl.desk.team_repository import FolderFiles, TeamRepository
from massctl.desk.upstream import Brought, Upstream
from massctl.desk.verbs import VerbEnd, Verbs
from massctl.desk.working_copy import NO_VERSION, Clash, TextFile, WorkingCopy, Written
from massctl.errors import MassctlError, RefusedError, UsageError
from massctl.importer.word_choices import WORD_CHOICES
from massctl.model.campaign import mapping_of
from massctl.model.diagnostics import Diagnostic, Severity, has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import CAMPAIGN_FILE, CampaignName, is_campaign_name, is_folder_name
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import BEIJING, Command, Phrase, enumerated
from massctl.model.settings import MassctlFile
from massctl.model.state import BEFORE_SEND, Status
from massctl.plan.steps import Refusal
from massctl.serve.page_cache import PageCache, Standing
from massctl.view.i18n import say
from massctl.view.pages.campaigns_page import Listed
from massctl.view.pages.document import REPORT
from massctl.view.words import STATUS, window_span

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

_SHARED = ("campaigns", "audiences", "massctl.yaml")
"""What a lock may depend on beside its letter."""
_LOCK_END = ".lock.json"
"""How the names of locks end, of a letter and of its cells."""


_LOCK_IS_MADE = Phrase("“ask for review” and “send the changes” write the lock: nothing to do here")
_WRITE_OVER = Phrase("write over each, or delete its block")
_LOCK_IS_MADE_BY_CI = Phrase("CI writes the lock of what is pushed: nothing to do here")


class NoSuchThingError(Exception):
    """Nothing is at this address."""


class Blanks(Frozen):
    """Blanks of blocks in an article that nobody wrote over."""

    message: Phrase
    hint: Phrase = _WRITE_OVER


class Api:
    """The answers of one person's desk."""

    def __init__(
        self,
        cache: PageCache,
        copy: WorkingCopy,
        verbs: Verbs,
        team: Callable[[MassctlFile], TeamRepository],
        session: ForgeSession,
    ) -> None:
        self._cache: Final = cache
        self._copy: Final = copy
        self._verbs: Final = verbs
        self._team: Final = team
        self._reviews: Final = ReviewApi(cache, team, session)
        self._upstream: Upstream | None = None

    def has(self, letter: CampaignName) -> bool:
        """Return whether there is a letter of this name."""
        return letter in self._cache.folders.names

    def picture(self, letter: CampaignName, path: str) -> bytes | None:
        """Return the bytes of a picture of a letter; None without one."""
        return self._copy.picture(letter, path) if self.has(letter) else None

    def answer(self, method: str, parts: Sequence[str], request: "Request") -> Answer:
        """Answer a request for `letters/NAME/WHAT/PATH`; raise NoSuchThingError, MassctlError, OSError."""
        root, name, what, path = (*parts, "", "", "")[:4]
        found: dict[str, Callable[[], Answer]]
        if [*parts] == ["upstream"]:
            found = {"POST": self._bring, "PUT": lambda: self._note_settled(body_of(request))}
        elif root == "imports" and name and not what:
            given = request.args, request.get_data
            found = {"POST": lambda: self._import_word(name, given[0], given[1]())}
        elif [*parts] == ["forge"]:
            found = self._about_forge()
        elif [*parts] == ["reviews"]:
            found = {"GET": lambda: self._reviews.reviews(self._settings())}
        elif root != "letters":
            raise NoSuchThingError
        elif not name:
            found = {"GET": self._letters, "POST": lambda: self._new(body_of(request))}
        else:
            found = self._about_letter(self._named(name), what, path, request)
        if method not in found:
            raise NoSuchThingError
        return found[method]()

    def _about_forge(self) -> dict[str, Callable[[], Answer]]:
        reviews = self._reviews
        return {
            "GET": lambda: reviews.forge(self._settings()),
            "POST": lambda: reviews.begin_sign_in(self._settings()),
            "PUT": lambda: reviews.ask_sign_in(self._settings()),
            "DELETE": lambda: reviews.sign_out(self._settings()),
        }

    def _about_letter(
        self, letter: CampaignName, what: str, path: str, request: "Request"
    ) -> dict[str, Callable[[], Answer]]:
        """Return what can be done with a part of a letter, by the method that asks for it."""
        whole: dict[str, dict[str, Callable[[], Answer]]] = {
            "": {"GET": lambda: self._letter(letter)},
            "findings": {"GET": lambda: self._findings(letter)},
            "fields": {"PUT": lambda: self._write_fields(letter, body_of(request))},
            "articles": {"PUT": lambda: self._write_articles(letter, body_of(request))},
            "choices": {"GET": lambda: self._choices(letter)},
            "month": {"GET": lambda: self._month(letter, request.args.get("month", ""))},
            "review": {
                "GET": lambda: self._reviews.review(letter, self._settings()),
                "POST": lambda: self._ask_review(letter, body_of(request)),
                "DELETE": lambda: self._withdraw(letter),
            },
            "branch": {"POST": lambda: self._bring_letter(letter)},
            "answers": {
                "POST": lambda: self._reviews.answer(letter, body_of(request), self._settings())
            },
            "orders": {
                "POST": lambda: self._reviews.order(letter, body_of(request), self._settings())
            },
        }
        parts: dict[str, dict[str, Callable[[], Answer]]] = {
            "files": {
                "GET": lambda: _file(self._copy.opened(letter, path)),
                "PUT": lambda: self._write(letter, path, body_of(request)),
            },
            "versions": {"GET": lambda: self._versions(letter, path)},
            "pictures": {"POST": lambda: self._add_picture(letter, path, request.get_data())},
        }
        return (parts if path else whole).get(what, {})

    def _named(self, name: str) -> CampaignName:
        if not is_campaign_name(name) or not self.has(CampaignName(name)):
            raise NoSuchThingError
        return CampaignName(name)

    def _letters(self) -> Answer:
        """List the letters, each with where it stands."""
        settings = self._settings()
        folders = self._cache.folders
        team = self._team(settings)
        changed, trouble = team.unmerged("campaigns"), ""
        try:
            reviewed = frozenset(
                name
                for name, tip in team.letters().items()
                if self.has(CampaignName(name))
                and not team.is_merged(tip, folders.folder(CampaignName(name)))
            )
        except MassctlError as error:
            reviewed, trouble = frozenset(), self._say(error.summary)
        letters = []
        for each in self._cache.listed():
            name, folder = each.look.name, folders.folder(CampaignName(each.look.name))
            is_draft = any(path.startswith(f"{folder}/") for path in changed)
            letters.append(
                {
                    "name": name,
                    "title": each.look.title or name,
                    "account": each.account,
                    "window": self._say(window_span(each.window)) if each.window else "",
                    "day": _day(each),
                    "isFaulty": each.is_faulty,
                    "report": _report(each),
                    **self._state(each.look.status, name in reviewed, is_draft=is_draft),
                }
            )
        return {"letters": letters, "accounts": sorted(settings.accounts), "trouble": trouble}

    def _state(self, status: Status | None, is_reviewed: bool, *, is_draft: bool) -> Answer:
        if status in SENDING:
            return {"state": "sending", "stateWords": self._say(STATUS[status])}
        if status is not None and status not in BEFORE_SEND:
            return {"state": "sent", "stateWords": self._say(STATUS[status])}
        if is_reviewed:
            return {"state": "review", "stateWords": self._say(Phrase("in review"))}
        if is_draft:
            return {"state": "draft", "stateWords": self._say(Phrase("draft"))}
        return {"state": "merged", "stateWords": self._say(Phrase("merged"))}

    def _new(self, given: Answer) -> Answer:
        name = _new_name(str(given.get("name", "")))
        options = {
            "--from": given.get("from"),
            "--title": given.get("title"),
            "--account": given.get("account"),
        }
        words = [word for key, value in options.items() if value for word in (key, str(value))]
        self._done(self._verbs.run("new", *words, "--window", "none", name))
        self._cache.changed([f"campaigns/{name}/{CAMPAIGN_FILE}"])
        return {"name": name}

    def _import_word(self, name: str, chosen: Mapping[str, str], data: bytes) -> Answer:
        """Make a letter of a Word file; return what did not come along, with its words and place."""
        options = ("account", *WORD_CHOICES)
        words = [word for key in options if chosen.get(key) for word in (f"--{key}", chosen[key])]
        with tempfile.TemporaryDirectory(prefix="massctl-") as folder:
            title = re.sub(r"[^\w .-]+", " ", chosen.get("title", "")).strip(". ") or name
            file = Path(folder) / f"{title}.docx"
            file.write_bytes(data)
            end = self._verbs.run("import", "word", *words, str(file), _new_name(name))
        if not end.report.get("name"):
            self._done(end)
        self._cache.changed([f"campaigns/{name}/{CAMPAIGN_FILE}"])
        articles = end.report.get("articles") or []
        lost = [
            line
            for each in articles
            for line in (*each.get("not_carried", ()), *each.get("differences", ()))
        ]
        return {"name": str(end.report.get("name") or name), "lost": lost}

    def _letter(self, letter: CampaignName) -> Answer:
        """Return the files of a letter and what its form shows."""
        file = self._copy.opened(letter, CAMPAIGN_FILE)
        fields = read_fields(file.text.encode())
        settings = self._settings()
        articles = [each.get("content", "") for each in articles_of(fields or {})]
        return {
            "fields": fields,
            "yaml": _file(file),
            "articles": [_file(self._copy.opened(letter, each)) for each in articles if each],
            "accounts": {name: settings.name_of(name) for name in settings.accounts},
            "message": [
                {"kind": kind, "fields": [{"key": each.key, "kind": each.kind} for each in own]}
                for kind, own in MESSAGE_FIELDS.items()
                if fields is not None and kind in fields
            ],
            "pictures": self._pictures(letter),
        }

    def _add_picture(self, letter: CampaignName, name: str, data: bytes) -> Answer:
        return {"path": self._copy.add_picture(letter, name, data)}

    def _pictures(self, letter: CampaignName) -> list[str]:
        folder = self._copy.folder(letter)
        endings = {".png", ".jpg", ".jpeg", ".gif", ".webp"}
        found = (each for each in sorted(folder.rglob("*")) if each.suffix.lower() in endings)
        return [each.relative_to(folder).as_posix() for each in found]

    def _findings(self, letter: CampaignName) -> Answer:
        """Return what is wrong with a letter now, and what keeps it from being sent."""
        standing = self._cache.standing(letter)
        if standing is None:
            raise NoSuchThingError
        found = standing.rendered.found
        folder = self._cache.folders.folder(letter)
        return {
            "findings": [
                finding_of(each, folder, lambda path: self._text(letter, path), self._say)
                for each in sorted(standing.rendered.diagnostics, key=_by_severity)
            ],
            "missing": [
                *map(self._missing, self._blanks(letter)),
                *map(self._missing, missing_at(standing, can_lock=self._verbs.can_lock)),
            ],
            "titles": list(found.message.headlines) if isinstance(found, RenderedCampaign) else [],
        }

    def _missing(self, each: Blanks | Refusal) -> Answer:
        return {"message": self._say(each.message), "hint": self._say(each.hint)}

    def _blanks(self, letter: CampaignName) -> list[Blanks]:
        """Return the blanks of blocks that nobody wrote over, by article."""
        fields = read_fields(self._text(letter, CAMPAIGN_FILE).encode())
        paths = [str(each.get("content", "")) for each in articles_of(fields or {})]
        found = {path: blanks_in(self._text(letter, path)) for path in paths if path}
        return [
            Blanks(Phrase("{path} has blanks: {blanks}", path=path, blanks=enumerated(blanks)))
            for path, blanks in found.items()
            if blanks
        ]

    def _text(self, letter: CampaignName, path: str) -> str:
        try:
            return self._copy.read(letter, path).text
        except MassctlError:
            return ""

    def _write(self, letter: CampaignName, path: str, given: Answer) -> Answer:
        new = read_as(given, NewText)
        return self._told(letter, self._copy.write(letter, path, new.text, new.base, new.sent))

    def _told(self, letter: CampaignName, end: Written | Clash) -> Answer:
        if isinstance(end, Clash):
            pieces = [{"mine": each.mine, "theirs": each.theirs} for each in end.pieces]
            return {"clash": pieces, "theirs": _file(end.theirs)}
        self._tell_changed(f"{self._cache.folders.folder(letter)}/{end.file.path}")
        return {"file": _file(end.file), "given": end.given}

    def _tell_changed(self, path: str) -> None:
        """Have the pages renewed that a file concerns: its writer waits for no rendering of another letter."""
        threading.Thread(target=self._cache.changed, args=([path],), daemon=True).start()

    def _choices(self, letter: CampaignName) -> Answer:
        """Return what the form and `/` offer."""
        return {
            "audiences": audience_choices(self._cache, self._say),
            "tags": tag_choices(self._cache, self._say),
            "blocks": block_choices(self._say),
            "articles": [each for each in article_choices(self._cache) if each["name"] != letter],
        }

    def _month(self, letter: CampaignName, month: str) -> Answer:
        return month_choices(self._cache, month, letter, self._say)

    def _write_fields(self, letter: CampaignName, given: Answer) -> Answer:
        """Change fields of campaign.yaml, and no other line of it."""
        file = self._copy.opened(letter, CAMPAIGN_FILE)
        changes = read_as(given, FieldChanges).changes
        return self._write_form(letter, file, with_fields(file.text.encode(), changes))

    def _write_articles(self, letter: CampaignName, given: Answer) -> Answer:
        """Change which articles campaign.yaml has and their order; begin the text of a new one."""
        file = self._copy.opened(letter, CAMPAIGN_FILE)
        order: list[int | NewArticle] = []
        begun = ""
        for each in read_as(given, ArticleOrder).order:
            if isinstance(each, int):
                order.append(each)
            else:
                new = self._new_article(letter, file, each.title)
                begun = new.content
                order.append(new)
        written = with_articles(file.text.encode(), order)
        if begun and written is not None:
            # First the text: a campaign.yaml that names no file is a fault.
            self._told(letter, self._copy.write(letter, begun, "", NO_VERSION))
        return {**self._write_form(letter, file, written), "begun": begun}

    def _new_article(self, letter: CampaignName, file: TextFile, title: str) -> NewArticle:
        """Name the file of a new article beside the last one's, of the same kind; its cover is the first one's."""
        articles = articles_of(read_fields(file.text.encode()) or {})
        last = str(articles[-1].get("content", "")) if articles else ""
        folder, slash, name = last.rpartition("/")
        ending = re.search(r"(?:\.(?:md|html))(?:\.j2)?$", name)
        known = {str(each.get("content")) for each in articles}
        numbered = (
            f"{folder}{slash}article-{number}{ending[0] if ending else '.md'}"
            for number in range(len(articles) + 1, 1000)
        )
        content = next(
            each
            for each in numbered
            if each not in known and self._copy.read(letter, each).version == NO_VERSION
        )
        cover = mapping_of(articles[0].get("cover")) if articles else {}
        return NewArticle(title, content, str(cover.get("file", "")))

    def _write_form(self, letter: CampaignName, file: TextFile, written: bytes | None) -> Answer:
        fault = first_fault(file.text.encode()) if written is None else None
        if fault is not None:
            raise RefusedError(
                fault.message,
                Phrase("{place}. campaign.yaml is unchanged.", place=fault.where),
                fault.hint or Phrase("mend it under YAML"),
            )
        if written is None:
            raise RefusedError(
                Phrase("the form cannot write this without changing other lines of the file"),
                Phrase("campaign.yaml is unchanged."),
                Phrase("write it under YAML"),
            )
        told = self._told(
            letter, self._copy.write(letter, CAMPAIGN_FILE, written.decode(), file.version)
        )
        return {**told, "fields": read_fields(written)}

    def _versions(self, letter: CampaignName, path: str) -> Answer:
        return {
            "versions": [
                {"at": _time(each.at), "text": each.text, "version": each.sha256}
                for each in self._copy.versions(letter, path)
            ]
        }

    def _bring(self) -> Answer:
        """Bring what the team merged into the working copy."""
        return self._brought(self._upstream_now().bring())

    def _note_settled(self, given: Answer) -> Answer:
        self._upstream_now().note_settled(str(given.get("path")), str(given.get("theirs")))
        return {}

    def _upstream_now(self) -> Upstream:
        if self._upstream is None:
            team = self._team(self._settings())
            self._upstream = Upstream(self._copy.root, team, self._keep)
        return self._upstream

    def _keep(self, path: str, text: str) -> None:
        """Put the text of a letter into its journal before it is replaced."""
        letter, own = self._owner(path)
        if letter is not None:
            self._copy.keep(letter, own, text)

    def _owner(self, path: str) -> tuple[CampaignName | None, str]:
        """Return the letter that a path of the working copy belongs to, and the path from its folder."""
        for name, folder in self._cache.folders.folders.items():
            if path.startswith(f"{folder}/"):
                return name, path.removeprefix(f"{folder}/")
        return None, path

    def _brought(self, brought: Brought) -> Answer:
        if brought.paths:
            self._cache.changed(brought.paths)
        clashes = []
        for each in brought.clashes:
            letter, own = self._owner(each.path)
            pieces = [{"mine": one.mine, "theirs": one.theirs} for one in each.pieces]
            known = {"path": each.path, "theirs": each.theirs, "pieces": pieces}
            clashes.append({"letter": letter or "", "own": own, **known})
        return {
            "count": len(brought.paths),
            "reason": self._say(brought.reason),
            "clashes": clashes,
        }

    def _ask_review(self, letter: CampaignName, given: Answer) -> Answer:
        """Bring what others did, validate and lock a letter, and push it to its branch."""
        upstream = self._upstream_now()
        folder = self._cache.folders.folder(letter)
        others = upstream.bring_letter(letter, folder)
        for brought in (others, upstream.bring()):
            told = self._brought(brought)
            if brought.clashes:
                return told
        removed = self._say(others.reason)
        standing = self._cache.standing(letter)
        if standing is None or has_errors(standing.rendered.diagnostics):
            raise RefusedError(
                Phrase("this letter has errors"),
                Phrase("Nothing was committed. {removed}", removed=removed)
                if removed
                else Phrase("Nothing was committed."),
                Phrase("correct them: they stand below the text"),
            )
        for blanks in self._blanks(letter):
            raise RefusedError(blanks.message, Phrase("Nothing was committed."), blanks.hint)
        settings = self._settings()
        team = self._team(settings)
        author = team.author()
        self._done(self._verbs.run("validate", letter))
        files = self._locked(letter, team, folder)
        title = standing.rendered.found.title or letter
        said = str(given.get("said") or "").strip()
        pushed = team.push(letter, folder, files, f"{said or title}\n", author)

        def text(before: str) -> str:
            planned = self._verbs.run("plan", letter, form="markdown")
            return request_text(title, said or before or title, planned.printed)

        told = self._reviews.opened(letter, pushed, title, text, settings)
        if not self._verbs.can_lock:
            by_ci = Phrase("{said}. No lock was made here: CI makes it", said=told["said"])
            told = {**told, "said": self._say(by_ci)}
        if hidden := team.hidden(folder):
            stays = Phrase(
                "{said}. Hidden files stay on this machine: {files}",
                said=told["said"],
                files=enumerated([path.removeprefix(f"{folder}/") for path in hidden]),
            )
            told = {**told, "said": self._say(stays)}
        known = {"branch": pushed.branch, "commit": pushed.commit, "isNew": pushed.is_new}
        return {**known, "reason": removed, **told}

    def _locked(self, letter: CampaignName, team: TeamRepository, folder: str) -> FolderFiles:
        """Lock a letter, and return the files that the lock is of: what is typed meanwhile is written after them."""
        unlike = team.unlike_main(*_SHARED)
        shared = sorted(path for path in unlike if self._owner(path)[0] is None)
        if shared and self._verbs.can_lock:
            raise RefusedError(
                Phrase(
                    "{path} is not as it is on {main}, so the lock would not fit there",
                    path=shared[0],
                    main=team.main,
                ),
                Phrase("Nothing was committed."),
                Phrase("have it merged first, or undo it"),
            )
        with self._copy.held():
            before = team.files(folder)
            if self._verbs.can_lock:
                self._done(self._verbs.run("lock", letter))
            files = team.files(folder)
        changed = {path for path in {*before, *files} if before.get(path) != files.get(path)}
        if any(not path.endswith(_LOCK_END) for path in changed):
            raise RefusedError(
                Phrase("the letter changed while it was locked"),
                Phrase("Nothing was committed."),
                Phrase("press the button again"),
            )
        return files

    def _bring_letter(self, letter: CampaignName) -> Answer:
        """Bring what others pushed to the branch of a letter."""
        folder = self._cache.folders.folder(letter)
        return self._brought(self._upstream_now().bring_letter(letter, folder))

    def _withdraw(self, letter: CampaignName) -> Answer:
        """Bring what others pushed to a letter's branch, then delete it and close its request."""
        told = self._bring_letter(letter)
        if told["clashes"]:
            return told
        withdrawn = self._reviews.withdraw(letter, self._settings())
        return {"reason": told["reason"], **withdrawn}

    def _done(self, end: VerbEnd) -> None:
        """Raise RefusedError with a verb's own words, if it did not do what it was asked."""
        if not end.is_done:
            lines = end.said.splitlines() or [str(end.report.get("error") or "")]
            raise RefusedError(lines[0], "\n".join(lines[1:]))

    def _settings(self) -> MassctlFile:
        settings = self._cache.settings
        if settings is None:
            raise RefusedError(
                Phrase("massctl.yaml has faults"),
                Phrase("Nothing was written."),
                Phrase("{command}   says what is wrong", command=Command("validate")),
            )
        return settings

    def _say(self, words: str) -> str:
        return say(words, self._cache.sheet().language)


def _new_name(name: str) -> str:
    """Return the name of a new letter; raise UsageError for one that a command line would read otherwise."""
    # git has no branch with such a name.
    is_branch = ".." not in name and not name.endswith((".", ".lock"))
    if not is_folder_name(name) or not is_branch:
        raise UsageError(
            Phrase("{folder} is not a campaign name", folder=name),
            Phrase("Nothing was done."),
            Phrase(
                "lower-case letters, digits, `.`, `_` and `-`, at most 64: {example}; a title in Chinese goes into "
                "`title:`",
                example="2026-12-spring-sale",
            ),
        )
    return name


def _by_severity(found: Diagnostic) -> int:
    return [*Severity].index(found.severity)


def missing_at(standing: Standing, *, can_lock: bool) -> tuple[Refusal, ...]:
    """Return what keeps a letter from being sent; nobody at the desk types how a lock is made."""
    lock, others = standing.lock, standing.missing or ()
    if lock is None:
        return others
    hint = _LOCK_IS_MADE if can_lock else _LOCK_IS_MADE_BY_CI
    return (Refusal(lock.guard, lock.message, hint), *others)


def _file(file: TextFile) -> Answer:
    return {"path": file.path, "text": file.text, "version": file.version}


def _day(listed: Listed) -> str:
    """Return when a letter went out, or may; empty for one without a window."""
    opens = listed.window.not_before if listed.window else None
    at = listed.sent_at or opens
    return at.astimezone(BEIJING).isoformat() if at is not None else ""


def _report(listed: Listed) -> str:
    """Return where the report of a letter is that followers have; empty for another."""
    look = listed.look
    if look.status in BEFORE_SEND or look.status is None or listed.edition is None:
        return ""
    return f"{REPORT}?{urlencode({'send': look.name, 'edition': listed.edition})}"


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
