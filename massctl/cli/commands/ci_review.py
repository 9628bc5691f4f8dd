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
from massctl.cli.app import Result, said
from massctl.cli.commands.lock import lock_campaigns
from massctl.cli.commands.plan import review_json
from massctl.cli.commands.render import phone_pictures
from massctl.cli.exit_codes import ExitStatus
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
    UnfitError,
    event_text,
    read_review,
    review_text,
)
from massctl.ledger.git_branch import Push
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName, sha256_of
from massctl.model.phrase import Phrase, enumerated
from massctl.model.settings import MassctlFile
from massctl.model.state import FINAL
from massctl.plan.approvals import missing_approvals, missing_words
from massctl.plan.lock_diff import COMMENT_MARK, LockState
from massctl.plan.plan_file import LockResult, SavedCampaign, SavedPlan, StoppedPlan
from massctl.source.repository import SETTINGS, UnreadableError
from massctl.transport import Inside, Line
from massctl.view.i18n import Reader, say
from massctl.view.markdown import MARKDOWN_CHARACTERS_MAX, Locking, plan_comment, saved_sheets
from massctl.view.markdown_text import Words
from massctl.view.words import campaigns


def write_review(
    directory: str,
    out: Path,
    pictures: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> tuple[Console, Result]:
    """Render the pull request of this run, and write its plan and the locks that it lacks into the folder `out`.

    The pictures of its letters are in that file; they are also written into the folder `pictures`, for people.

    Its massctl.yaml counts as it will after the merge, but for `state`: where the ledger is, main says.
    """
    event = _event_of(environment)
    unseen, locks, disagreeing = dict[str, tuple[str, ...]](), dict[str, str](), list[str]()
    ledger_keys: KeyChange | None = None
    rules: list[RuleKey] = []
    shown: dict[str, list[bytes]] = {}
    with session(directory, environment=environment) as main:
        try:
            found = write_pull_request(main, event.number, event.head.sha)
            unseen = {"hidden": found.hidden, "folded": found.folded}
            with session(str(found.folder), environment=environment) as head:
                ledger_keys = _key_change(
                    main.settings.state.keys or [], head.settings.state.keys or []
                )
                rules = _changed_rules(main.settings, head.settings)
                # It is judged by both policies: neither can be weakened and used by one merge.
                policy = head.settings.policy.as_strict_as(main.settings.policy)
                head.settings = head.settings.model_copy(
                    update={"state": main.settings.state, "policy": policy}
                )
                if not event.from_fork and main.settings.policy.require_lock:
                    locks, disagreeing = _lock(head, main)
                plan = _plan(head, main)
                shown = phone_pictures(head, _to_show(plan, main))
        except MassctlError as error:
            plan = _stopped(error, main.console)
    write_files(
        out,
        {
            REVIEW_FILE: review_text(
                plan, locks, disagreeing, unseen, shown, ledger_keys, rules
            ).encode()
        },
    )
    if pictures is not None and any(shown.values()):
        named = {
            f"{name}-{part}.png": each
            for name, made in shown.items()
            for part, each in enumerate(made, 1)
        }
        write_files(pictures, named)
    return main.console, Result(ExitStatus.DONE)


def _key_change(before: Sequence[str], after: Sequence[str]) -> KeyChange | None:
    """Return what becomes of the keys of the ledger; None if they stay."""
    if set(before) == set(after):
        return None
    return "changed" if after else "removed"


def _event_of(environment: Mapping[str, str]) -> PullRequestEvent:
    return read_pull_request(environment.get("GITHUB_EVENT_NAME", ""), event_text(environment))


def _changed_rules(main: MassctlFile, head: MassctlFile) -> list[RuleKey]:
    """Name the keys of massctl.yaml that decide who may send what, and that a pull request would change."""
    keys: tuple[RuleKey, ...] = ("policy", "accounts")
    return [key for key in keys if getattr(main, key) != getattr(head, key)]


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
        name: (head.repository.lock_bytes(name) or b"").decode() for name in due
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
    there = main.repository.campaign_folders().names
    planned = [each for each in json.loads(plan)["campaigns"] if each["status"] not in FINAL]
    return [
        each["name"] for each in planned if each["changes"] is not None or each["name"] not in there
    ]


def _stopped(error: MassctlError, console: Console) -> str:
    from massctl.view.verbs_json import stopped_json

    return stopped_json("plan", failure_of(error), error.exit_status, console.language)


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
            pictures = _pictures(main, event, review, run)
            forge.comment(event.number, _body(main, event, review, told, run, pictures))
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
        return read_review(folder)
    except UnfitError as unfit:
        return unfit


def _lock_branch(
    main: Session, event: PullRequestEvent, review: ReviewFile | UnfitError
) -> _Told | None:
    """Commit the locks of a review to the branch; None if it moved on."""
    sha = event.head.sha
    if isinstance(review, UnfitError):
        return _Told(sha)
    warned = [*_keys(review), *_hidden(review), *_disagreeing(review)]
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
    keys = review.rules if SETTINGS in changed.outside else []
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
    required = dict.fromkeys(row.required for each in asking for row in each.approvals)
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
    console, names = main.console, main.settings.account_names
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
    room = MARKDOWN_CHARACTERS_MAX - sum(len(line) + 1 for line in shown)
    made = plan_comment(
        review.plan,
        reader,
        commit=told.sha,
        locking=locking,
        stops=told.stops,
        warned=told.warned,
        names=names,
        limit=room,
    )
    return "\n".join([made, *shown, below])


def _pictures(
    main: Session, event: PullRequestEvent, review: ReviewFile | UnfitError, run: str
) -> list[str]:
    """Show the pictures of a review from the branch that keeps them; a fork's, and what cannot be kept, by a link."""
    if isinstance(review, UnfitError) or not any(review.pictures.values()):
        return []
    words = Words(main.console.reader)
    named = {CampaignName(name): made for name, made in review.pictures.items()}
    kept = keep_pictures(main, event.number, named) if not event.from_fork else {}
    title = words.shown(Phrase("What phones show"))
    if not kept:
        where = words.said(Phrase("The pictures are among the artefacts of the run"))
        return [f"**{title}**", "", f"[{where}]({run}#artifacts)", ""]
    base = f"{run.rpartition('/actions/')[0]}/blob/{PREVIEWS_BRANCH}"
    lines = ["<details>", f"<summary><b>{title}</b></summary>", ""]
    for name, paths in kept.items():
        lines += [
            f"`{name}`",
            "",
            *(f'<img src="{base}/{path}?raw=true" width="250">' for path in paths),
            "",
        ]
    return [*lines, "</details>", ""]


def language_of(plan: SavedPlan | StoppedPlan, console: Console) -> Reader:
    """Return the language that a plan's sentences are in already, where it was made for review."""
    review = plan.review if isinstance(plan, SavedPlan) else None
    return Reader(review.language) if review is not None else console.reader


KEPT_MAX = 20
"""So many pull requests have their pictures on the branch, the newest ones."""
_TRIES_MAX = 3
"""Two comments may be written at the same moment."""
_FOLDER = "pr-"


def keep_pictures(
    session: Session, number: int, pictures: Mapping[CampaignName, Sequence[bytes]]
) -> dict[CampaignName, list[str]]:
    """Put the pictures of a pull request on the branch in place of its earlier ones; return their paths there.

    Empty where that cannot be.
    """
    branch = branch_of(session, "previews", f"refs/heads/{PREVIEWS_BRANCH}")
    here = f"{_FOLDER}{number}"
    named = {
        name: [_picture_path(here, name, each) for each in shown]
        for name, shown in pictures.items()
    }
    files = {
        path: data for name in named for path, data in zip(named[name], pictures[name], strict=True)
    }
    try:
        for _ in range(_TRIES_MAX):
            tip = branch.fetch()
            there = branch.list(tip, "") if tip is not None else {}
            kept = {folder: there[folder] for folder in _newest(there, here)}
            made = branch.commit(
                None, files, f"phone pictures of pull request {number}", trees=kept
            )
            pushed = branch.replace(tip, made)
            if pushed.outcome is Push.DONE:
                return named
            if pushed.outcome is not Push.LOST and pushed.why is not None:
                raise pushed.why
    except MassctlError as error:
        session.console.talk(Phrase("no phone pictures: {why}", why=error.summary))
    return {}


def _picture_path(folder: str, name: str, picture: bytes) -> str:
    return f"{folder}/{name}-{sha256_of(picture)[:12]}.png"


def _newest(there: Mapping[str, str], here: str) -> list[str]:
    """Name the folders of the newest other pull requests; whatever else is on the branch goes."""
    numbered = {
        each: int(each[len(_FOLDER) :]) for each in there if each[len(_FOLDER) :].isdecimal()
    }
    others = [each for each in numbered if each.startswith(_FOLDER) and each != here]
    return sorted(others, key=numbered.__getitem__)[-(KEPT_MAX - 1) :]
