"""The review of a pull request: main's massctl renders it where nothing can be written, and a job that runs nothing of
it tells: in its comment, in the status of its commit, and by locks that are committed to its branch.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from massctl.apply.outcome import failure_of, what_happened
from massctl.cli import views
from massctl.cli.app import Result, said
from massctl.cli.campaign_pages import shown_campaigns
from massctl.cli.commands.lock import lock_campaigns
from massctl.cli.commands.plan import review_json
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.findings import quoted_findings
from massctl.cli.forge import github_of
from massctl.cli.output import Console, write_files
from massctl.cli.pull_request import branch_of, push_locks
from massctl.cli.pull_request import write_files as write_pull_request
from massctl.cli.session import Session, session
from massctl.errors import ForgeError, MassctlError
from massctl.forge.events import PullRequestEvent, read_pull_request
from massctl.forge.github import FILES_LISTED_MAX
from massctl.forge.port import PREVIEWS_BRANCH, ChangedFiles, Forge
from massctl.forge.review_file import (
    REVIEW_FILE,
    KeyChange,
    ReviewFile,
    RuleKey,
    ShownCampaign,
    UnfitError,
    event_text,
    read_review,
    review_text,
)
from massctl.ledger.git_branch import Push
from massctl.model.finding import SendFinding
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, CampaignName, folder_name, sha256_of
from massctl.model.phrase import Command, Phrase, enumerated, plural_phrase
from massctl.model.settings import MassctlFile
from massctl.model.state import FINAL
from massctl.plan.approvals import missing_approvals, missing_words
from massctl.plan.lock_diff import COMMENT_MARK, LockState
from massctl.plan.plan_file import LockResult, SavedCampaign, SavedPlan, StoppedPlan
from massctl.source.groups import defaults_paths
from massctl.source.repository import Repository, UnreadableError, is_settings
from massctl.source.text import YAML_BYTES_MAX
from massctl.transport import Inside, Line
from massctl.view.findings import findings_quoted
from massctl.view.i18n import Reader, say
from massctl.view.markdown import Locking, plan_comment, saved_sheets
from massctl.view.markdown_text import Words
from massctl.view.pages.document import is_whole
from massctl.view.words import campaigns


def write_review(
    directory: str,
    out: Path,
    pictures: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> tuple[Console, Result]:
    """Render the pull request of this run, and write its plan and the locks that it lacks into the folder `out`.

    Pictures and whole pages of its campaigns are in that file, and for people also in the folder `pictures`.

    Its massctl.yaml counts as it will after the merge, but for `state`: where the ledger is, main says.
    """
    event = _event_of(environment)
    unseen, locks, disagreeing = dict[str, tuple[str, ...]](), dict[str, str](), list[str]()
    ledger_keys: KeyChange | None = None
    rules: list[RuleKey] = []
    defaults = dict[str, list[CampaignName]]()
    shown: dict[str, ShownCampaign] = {}
    findings: list[SendFinding] = []
    with session(directory, environment=environment) as main:
        try:
            found = write_pull_request(main, event.number, event.head.sha)
            unseen = {"hidden": found.hidden, "folded": found.folded}
            with session(str(found.folder), environment=environment) as head:
                ledger_keys = _key_change(
                    main.settings.state.keys or [], head.settings.state.keys or []
                )
                rules = _changed_rules(main.settings, head.settings)
                defaults = _changed_defaults(main.repository, head.repository)
                # It is judged by both policies: neither can be weakened and used by one merge.
                policy = head.settings.policy.as_strict_as(main.settings.policy)
                head.settings = head.settings.model_copy(
                    update={"state": main.settings.state, "policy": policy}
                )
                if not event.from_fork and main.settings.policy.require_lock:
                    locks, disagreeing = _lock(head, main)
                plan = _plan(head, main)
                to_show = _to_show(plan, main)
                shown = shown_campaigns(head, to_show)
                findings = quoted_findings(main, _appids(head, plan, to_show))
        except MassctlError as error:
            plan = _stopped(error, main.console)
    write_files(
        out,
        {
            REVIEW_FILE: review_text(
                plan, locks, disagreeing, unseen, shown, ledger_keys, rules, defaults, findings
            ).encode()
        },
    )
    if pictures is not None:
        write_files(
            pictures, {path: data for name in shown for path, data in _files(name, shown[name])}
        )
    return main.console, Result(ExitStatus.DONE)


def _files(name: str, shown: ShownCampaign) -> Iterator[tuple[str, bytes]]:
    """Name what can be looked at of a campaign by its content: its pictures, and its whole page as the last."""
    for picture in shown.pictures:
        yield f"{name}-{_named_by(picture)}.jpg", picture
    if shown.page is not None:
        page = shown.page.encode()
        yield f"{name}-{_named_by(page)}.html", page


def _named_by(data: bytes) -> str:
    return sha256_of(data)[:12]


def _key_change(before: Sequence[str], after: Sequence[str]) -> KeyChange | None:
    """Return what becomes of the keys of the ledger; None if they stay."""
    if set(before) == set(after):
        return None
    return "changed" if after else "removed"


def _event_of(environment: Mapping[str, str]) -> PullRequestEvent:
    return read_pull_request(environment.get("GITHUB_EVENT_NAME", ""), event_text(environment))


def _changed_rules(main: MassctlFile, head: MassctlFile) -> list[RuleKey]:
    """Name the keys of massctl.yaml that decide who may send what, and that a pull request would change.

    Another ledger knows nothing of what was sent. The first lineage is no change: it says that a ledger was begun. Keys
    of the ledger are told by themselves.
    """
    keys: tuple[RuleKey, ...] = ("policy", "accounts", "forge")
    changed: list[RuleKey] = [key for key in keys if getattr(main, key) != getattr(head, key)]
    lineage = head.state.lineage if main.state.lineage is None else main.state.lineage
    as_main = {"lineage": lineage, "keys": head.state.keys}
    is_other = main.state.model_copy(update=as_main) != head.state
    return [*changed, "state"] if is_other else changed


def _changed_defaults(main: Repository, head: Repository) -> dict[str, list[CampaignName]]:
    """Name the `_defaults.yaml` that a pull request would change, each with the campaigns that inherit from it."""
    before, after = main.campaign_folders, head.campaign_folders
    changed = [
        path
        for path in sorted(before.defaults | after.defaults)
        if _content(main, path) != _content(head, path)
    ]
    above = {name: defaults_paths(folder) for name, folder in after.folders.items()}
    return {path: [name for name, paths in above.items() if path in paths] for path in changed}


def _content(repository: Repository, path: str) -> bytes | str:
    """Return the bytes of a file, or why it cannot be read."""
    try:
        return repository.read_bytes(path, YAML_BYTES_MAX)
    except UnreadableError as error:
        return error.code


def _lock(head: Session, main: Session) -> tuple[dict[str, str], list[str]]:
    """Lock what is not, in the copy of the pull request; name the campaigns to which it brought a lock that is wrong.

    A lock that main has is of main's files: whoever edits them did nothing to it.
    """
    report = lock_campaigns(head, (), check=True)
    due = [each.name for each in report if each.result in (LockResult.MISSING, LockResult.DIFFERS)]
    if not due:
        return {}, []
    brought = {name for name in due if _brings_lock(head, main, name)}
    lock_campaigns(head, due, check=False)
    locks: dict[str, str] = {
        folder_name(name): (head.repository.lock_bytes(name) or b"").decode() for name in due
    }
    differing = [
        each for each in report if each.result is LockResult.DIFFERS and each.refusal is not None
    ]
    return locks, [each.name for each in differing if each.name in brought]


def _brings_lock(head: Session, main: Session, name: CampaignName) -> bool:
    try:
        return head.repository.lock_bytes(name) != main.repository.lock_bytes(name)
    except UnreadableError:
        return True


def _plan(head: Session, main: Session) -> str:
    return review_json(head, str(main.root), main.settings.policy.branch or "main")


def _to_show(plan: str, main: Session) -> list[str]:
    """Name the campaigns that are new or changed, and still to be sent."""
    there = main.repository.campaign_folders.names
    planned = [each for each in json.loads(plan)["campaigns"] if each["status"] not in FINAL]
    return [
        each["name"] for each in planned if each["changes"] is not None or each["name"] not in there
    ]


def _appids(head: Session, plan: str, names: Sequence[str]) -> set[AppId]:
    """Return the accounts from which campaigns of a plan go out."""
    planned = json.loads(plan)["campaigns"]
    keys = {each["account"] for each in planned if each["name"] in names}
    return {AppId(each.appid) for key, each in head.settings.accounts.items() if key in keys}


def _stopped(error: MassctlError, console: Console) -> str:
    stopped = views.verbs_json.stopped_json("plan", failure_of(error), error.exit_status)
    return views.json_writer.written(stopped, console.language)


class _Told(Frozen):
    """What a review comes to, once its locks were committed or could not be."""

    sha: str
    """The commit that the comment and the status are about."""
    warned: tuple[Phrase, ...] = ()
    is_locked: bool = True
    """The locks of the review are on the branch, or it has none."""
    stops: tuple[Phrase, ...] = ()
    """What keeps it from being merged, beside its files: rules that it changes, approvals that it lacks."""
    locked: tuple[str, ...] = ()
    """The campaigns that were locked by a commit of ours."""


def write_comment(
    directory: str,
    folder: Path,
    environment: Mapping[str, str] = os.environ,
    inside: Inside | None = None,
) -> tuple[Console, Result]:
    """Commit the locks of a review, show it as the pull request's comment, and set the status of its commit.

    It is fine too that the pull request moved on meanwhile. `inside` answers in place of the network.
    """
    event = _event_of(environment)
    line = Line(inside=inside)
    try:
        with session(directory, environment=environment) as main:
            forge, run = (
                github_of(line, event.repository.full_name, environment),
                _run_of(event, environment),
            )
            if forge.head_of(event.number) != event.head.sha:
                return main.console, Result(ExitStatus.DONE, talk=said(_moved_on(event)))
            review = _read(folder)
            told = _lock_branch(main, event, review)
            if told is None:
                return main.console, Result(ExitStatus.DONE, talk=said(_moved_on(event)))
            changed = forge.changed_files(event.number)
            stops = [*_weakening(review, changed), *_lacking(review, forge, event, told.sha)]
            warned = (*told.warned, *_warnings(changed))
            told = replace(told, warned=warned, stops=tuple(stops))
            below = [*_shown(main, event, review, run), *_learnt(main, review)]
            forge.comment(event.number, _body(main, event, review, told, run, below))
            found = _verdict(review, told, require_lock=main.settings.policy.require_lock)
            forge.set_status(
                told.sha,
                is_good=found is None,
                said=say(found or _GOOD, main.console.reader),
                run=run,
            )
    finally:
        line.close()
    shown = Phrase("the plan is a comment on pull request {number}", number=event.number)
    return main.console, Result(ExitStatus.DONE, talk=said(shown))


def _moved_on(event: PullRequestEvent) -> Phrase:
    sha = event.head.sha[:12]
    return Phrase(
        "pull request {number} is not at {sha} any more; nothing was written",
        number=event.number,
        sha=sha,
    )


def _read(folder: Path) -> ReviewFile | UnfitError:
    try:
        review = read_review(folder)
    except UnfitError as unfit:
        return unfit
    if not all(is_whole(each.page) for each in review.shown.values() if each.page is not None):
        return UnfitError(Phrase("{file} is not what massctl writes", file=REVIEW_FILE))
    return review


def _lock_branch(
    main: Session, event: PullRequestEvent, review: ReviewFile | UnfitError
) -> _Told | None:
    """Commit the locks of a review to the branch; None if it moved on."""
    sha = event.head.sha
    if isinstance(review, UnfitError):
        return _Told(sha)
    warned = [*_keys(review), *_defaults(review), *_hidden(review), *_disagreeing(review)]
    if not review.locks or event.from_fork:
        return _Told(sha, tuple(warned))
    try:
        made = push_locks(main, event.head.ref, sha, review.locks)
    except MassctlError as error:
        return _Told(
            sha,
            (*warned, Phrase("The locks could not be committed: {why}", why=what_happened(error))),
            False,
        )
    if made is None:
        return None
    return _Told(made, tuple(warned), locked=tuple(sorted(review.locks)))


_FILES_NAMED_MAX = 8
"""Of a comment's sentence; the others are counted."""


def _named(files: Sequence[str]) -> str:
    more = len(files) - _FILES_NAMED_MAX
    counted = [Phrase("and {count} more", count=more)] if more > 0 else []
    return enumerated([*files[:_FILES_NAMED_MAX], *counted])


_KEYS: Mapping[KeyChange, Phrase] = {
    "removed": Phrase(
        "This pull request takes the keys of the ledger out of massctl.yaml (state.keys). After the merge massctl "
        "refuses the signed ledger and sends nothing; whoever then replaces the ledger needs no key."
    ),
    "changed": Phrase(
        "This pull request changes the keys of the ledger (state.keys). Whoever has the private key of one that it "
        "names says what was sent: merge it only if you know whose key that is."
    ),
}


def _keys(review: ReviewFile) -> Iterator[Phrase]:
    if review.ledger_keys is not None:
        yield _KEYS[review.ledger_keys]


def _defaults(review: ReviewFile) -> Iterator[Phrase]:
    for path, names in review.defaults.items():
        yield Phrase(
            "This pull request changes {file}, which may decide which account sends and when: read it line by line. "
            "Campaigns that inherit from it: {names}",
            file=path,
            names=_named(names) if names else Phrase("none"),
        )


def _hidden(review: ReviewFile) -> Iterator[Phrase]:
    if review.hidden:
        yield Phrase(
            "A .gitattributes keeps these files out of the difference that is shown, or changes them in a checkout; "
            "read them as they are committed: {files}",
            files=_named(review.hidden),
        )
    if review.folded:
        yield Phrase(
            "GitHub takes these files for generated and folds them away; unfold and read them, or write "
            "-linguist-generated for them into a .gitattributes: {files}",
            files=_named(review.folded),
        )


def _disagreeing(review: ReviewFile) -> Iterator[Phrase]:
    if review.disagreeing:
        yield Phrase(
            "The lock did not agree with the files of its campaign and was written anew: {names}",
            names=enumerated(review.disagreeing),
        )


def _letters(review: ReviewFile | UnfitError) -> list[SavedCampaign]:
    """Return the campaigns whose lock is new or changed."""
    if isinstance(review, UnfitError) or isinstance(review.plan, StoppedPlan):
        return []
    return [
        each
        for each in review.plan.campaigns
        if each.changes is not None or each.name in review.locks
    ]


_RULES = (".github/", ".gitlab-ci.yml", ".gitlab/", "CODEOWNERS", "docs/CODEOWNERS")
"""What decides who approves and what runs, by how its path begins; of massctl.yaml only some keys do."""


def _weakening(review: ReviewFile | UnfitError, changed: ChangedFiles) -> Iterator[Phrase]:
    """Refuse letters beside a change of rules: one merge could weaken a rule and use it."""
    letters = _letters(review)
    if isinstance(review, UnfitError) or not letters:
        return
    keys = review.rules if any(map(is_settings, changed.outside)) else []
    found = [*keys, *(path for path in changed.outside if path.startswith(_RULES))]
    if found:
        say = Phrase(
            "It changes rules ({rules}) and brings letters ({names}): take one of both into a pull request of its own"
        )
        yield Phrase(say, rules=_named(found), names=_named([each.name for each in letters]))
    elif not changed.is_whole:
        yield Phrase(
            "It brings letters and changes too many files to know whether rules are among them"
        )


def _lacking(
    review: ReviewFile | UnfitError, forge: Forge, event: PullRequestEvent, sha: str
) -> Iterator[Phrase]:
    """Say which approvals the letters lack at a commit: how many, of whom and why."""
    asking = [each for each in _letters(review) if each.approvals]
    if not asking:
        return
    try:
        approvers = forge.approvers(event.number, sha)
    except ForgeError as error:
        yield Phrase("Nobody knows who approved it: {why}", why=what_happened(error))
        return
    required = dict.fromkeys(row for each in asking for row in each.approvals)
    if missing := missing_approvals(required, approvers):
        yield Phrase("It lacks approvals: {missing}", missing=missing_words(missing))


_GOOD = Phrase("the plan is in the comment; what is locked is what the files give")


def _verdict(review: ReviewFile | UnfitError, told: _Told, *, require_lock: bool) -> str | None:
    """Return why the commit is not ready; None if it is."""
    if isinstance(review, UnfitError):
        return Phrase("the plan cannot be shown: {why}", why=review.what)
    if isinstance(review.plan, StoppedPlan):
        return Phrase("there is no plan: {why}", why=review.plan.error.message)
    planned = saved_sheets(review.plan)
    faulty = sum(each.is_faulty for each in planned)
    wrong = [
        each
        for each in planned
        if each.lock in (LockState.STALE, LockState.MISSING) and not each.is_faulty
    ]
    unlocked = len(wrong) if require_lock else 0
    found = [
        *([Phrase("faults: {campaigns}", campaigns=campaigns(faulty))] if faulty else []),
        *(
            [
                Phrase(
                    "the lock does not agree with the files: {campaigns}",
                    campaigns=campaigns(unlocked),
                )
            ]
            if unlocked
            else []
        ),
        *(
            [Phrase("the keys of the ledger are taken out")]
            if review.ledger_keys == "removed"
            else []
        ),
        *([Phrase("the locks could not be committed")] if not told.is_locked else []),
        *told.stops,
        *(
            [Phrase("files are hidden by .gitattributes: {count}", count=len(review.hidden))]
            if review.hidden
            else []
        ),
        *(
            [Phrase("files that GitHub folds away: {count}", count=len(review.folded))]
            if review.folded
            else []
        ),
    ]
    return enumerated(found) if found else None


def _run_of(event: PullRequestEvent, environment: Mapping[str, str]) -> str:
    """Return the address of this run, from what GitHub says in the environment."""
    server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
    return (
        f"{server}/{event.repository.full_name}/actions/runs/{environment.get('GITHUB_RUN_ID', '')}"
    )


_DECIDES = {
    "massctl.yaml": Phrase(
        "This pull request changes massctl.yaml, which decides where the secret goes, which account "
        "sends, from which branch, and whether locks and reviews count: read it line by line."
    ),
    "accounts/": Phrase(
        "This pull request changes accounts/, which decides where the secret goes and which account "
        "sends: read it line by line."
    ),
    ".github/": Phrase(
        "This pull request changes .github/, which decides what runs with the secret: read it line by line."
    ),
}
"""What a reviewer has to read line by line, by how its path begins."""


def _warnings(changed: ChangedFiles) -> list[Phrase]:
    """Name what a pull request changes beside campaigns, since no plan shows what it does."""
    warned = [
        warning
        for start, warning in _DECIDES.items()
        if any(path.startswith(start) for path in changed.outside)
    ]
    others = [path for path in changed.outside if not path.startswith(tuple(_DECIDES))]
    if others:
        told = Phrase(
            "This pull request changes files outside campaigns/, whose effect no plan shows; read them: {files}",
            files=_named(others),
        )
        warned.append(told)
    if not changed.is_whole:
        told = Phrase(
            "GitHub lists only {limit} changed files of this pull request, so others may have changed too: look "
            "through all of them in a checkout",
            limit=f"{FILES_LISTED_MAX:,}",
        )
        warned.append(told)
    return warned


def _body(
    main: Session,
    event: PullRequestEvent,
    review: ReviewFile | UnfitError,
    told: _Told,
    run: str,
    shown: Sequence[str],
) -> str:
    """Make the comment from the review, as data; in place of what cannot be shown it says so."""
    console = main.console
    label, words = say(Phrase("the run"), console.reader), Words(console.reader)
    foot = [f"[{label}]({run})"]
    if told.locked:
        foot.append(
            words.said(
                Phrase("locked by massctl in this commit: {names}", names=enumerated(told.locked))
            )
        )
    below = f"<sub>{' · '.join(foot)}</sub>"
    if isinstance(review, UnfitError):
        unfit = Phrase("The plan of this commit cannot be shown: {why}.", why=review.what)
        # A file's name may be anything.
        above = ["- ⚠ " + words.said(each) for each in told.warned]
        head = [COMMENT_MARK, "## massctl plan", "", f"**{say(unfit, console.reader)}**", ""]
        return "\n".join([*head, *above, *([""] if above else []), below])
    locking = Locking.OF_FORK if event.from_fork else Locking.BY_WORKFLOW
    reader = language_of(review.plan, console)
    made = plan_comment(
        review.plan,
        reader,
        commit=told.sha,
        locking=locking,
        stops=told.stops,
        warned=told.warned,
        shown=shown,
    )
    return f"{made}\n{below}"


def _shown(
    main: Session, event: PullRequestEvent, review: ReviewFile | UnfitError, run: str
) -> list[str]:
    """Show what can be looked at, from the branch that keeps it; a fork's, and what cannot be kept, by a link."""
    if isinstance(review, UnfitError) or not review.shown:
        return []
    words = Words(main.console.reader)
    title = words.said(Phrase("What phones show"))
    shown = {CampaignName(name): each for name, each in review.shown.items()}
    kept = keep_shown(main, event.number, shown) if not event.from_fork else {}
    if not kept:
        where = words.said(Phrase("Pictures and whole pages are among the artefacts of the run"))
        return [f"**{title}**", "", f"[{where}]({run}#artifacts)", ""]
    base = f"{run.rpartition('/actions/')[0]}/blob/{PREVIEWS_BRANCH}"
    lines = [f"**{title}**", ""]
    for name, paths in kept.items():
        lines += _shown_campaign(words, name, shown[name], [f"{base}/{path}" for path in paths])
    return lines


def _learnt(main: Session, review: ReviewFile | UnfitError) -> list[str]:
    """Quote what was learnt from earlier letters of the accounts."""
    if isinstance(review, UnfitError):
        return []
    return findings_quoted([each.finding for each in review.findings], Words(main.console.reader))


def _shown_campaign(
    words: Words, name: CampaignName, shown: ShownCampaign, addresses: Sequence[str]
) -> Iterator[str]:
    """Show the contact sheet, its articles folded away, and by its digest the whole page; say what is left out."""
    pictures = [f"{each}?raw=true" for each in addresses if each.endswith(".jpg")]
    facts = [f"`{name}`"]
    if shown.page is not None:
        label = words.said(Phrase("the whole page, to download and open"))
        facts.append(f"[{label}]({addresses[-1]}) `{_named_by(shown.page.encode())}`")
    elsewhere = Command("render", name, "--out", "DIR")
    if shown.page is None:
        too_large = Phrase("the whole page is too large here: {command}", command=elsewhere)
        facts.append(words.said(too_large))
    if shown.left_out:
        facts.append(
            words.said(
                plural_phrase(
                    "{count} more part of its articles is not pictured",
                    "{count} more parts of its articles are not pictured",
                    count=shown.left_out,
                )
            )
        )
    if not pictures:
        facts.append(words.said(Phrase("no pictures here: {command}", command=elsewhere)))
    yield from [" · ".join(facts), ""]
    if pictures:
        yield from [f'<img src="{pictures[0]}" width="800">', ""]
    if articles := pictures[1:]:
        opening, closing = words.folded(words.shown(Phrase("the articles as they are read")))
        yield from opening
        yield from (f'<img src="{each}" width="250">' for each in articles)
        yield from closing


def language_of(plan: SavedPlan | StoppedPlan, console: Console) -> Reader:
    """Return the language that a plan's sentences are in already, where it was made for review."""
    review = plan.review if isinstance(plan, SavedPlan) else None
    return replace(console.reader, value=review.language) if review else console.reader


KEPT_MAX = 20
"""So many pull requests have their pictures and pages on the branch, the newest ones."""
_TRIES_MAX = 3
"""Two comments may be written at the same moment."""
_FOLDER = "pr-"


def keep_shown(
    session: Session, number: int, shown: Mapping[CampaignName, ShownCampaign]
) -> dict[CampaignName, list[str]]:
    """Put what can be looked at of a pull request on the branch in place of what was there; return the paths.

    Empty where that cannot be.
    """
    branch = branch_of(session, "previews", f"refs/heads/{PREVIEWS_BRANCH}")
    here = f"{_FOLDER}{number}"
    files = {
        name: {f"{here}/{path}": data for path, data in _files(name, each)}
        for name, each in shown.items()
    }
    every = {path: data for each in files.values() for path, data in each.items()}
    try:
        for _ in range(_TRIES_MAX):
            tip = branch.fetch()
            there = branch.list(tip, "") if tip is not None else {}
            kept = {folder: there[folder] for folder in _newest(there, here)}
            made = branch.commit(None, every, f"previews of pull request {number}", trees=kept)
            pushed = branch.replace(tip, made)
            if pushed.outcome is Push.DONE:
                return {name: list(each) for name, each in files.items()}
            if pushed.outcome is not Push.LOST and pushed.why is not None:
                raise pushed.why
    except MassctlError as error:
        session.console.talk(Phrase("no phone pictures: {why}", why=error.summary))
    return {}


def _newest(there: Mapping[str, str], here: str) -> list[str]:
    """Name the folders of the newest other pull requests; whatever else is on the branch goes."""
    numbered = {
        each: int(each[len(_FOLDER) :]) for each in there if each[len(_FOLDER) :].isdecimal()
    }
    others = [each for each in numbered if each.startswith(_FOLDER) and each != here]
    return sorted(others, key=numbered.__getitem__)[-(KEPT_MAX - 1) :]
