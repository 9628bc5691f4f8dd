"""What a run of apply.yml is for: the gate finds out without a secret, and the next job does it with one.

A person's order stands in GitHub's event, and is turned into a command line of massctl here: no word of it reaches a
shell. A secret stands in one variable of several lines, and a process gets those that massctl.yaml names.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from massctl.apply.jobs import unfinished
from massctl.apply.notices import untold
from massctl.apply.ports import ListedDraft
from massctl.cli.commands.apply import opening
from massctl.cli.consent import require_operator
from massctl.cli.output import on_github, write
from massctl.cli.planner import Planned
from massctl.cli.pull_request import ATTRIBUTES, write_files
from massctl.cli.session import Session
from massctl.errors import RefusedError, UsageError
from massctl.forge.events import PREVIEW, WITHDRAW_ALL, Dispatch, read_event
from massctl.forge.review_file import event_text
from massctl.git import NETWORK_SECONDS, Git
from massctl.ledger.git_remote import known_to_git
from massctl.model.audience import AUDIENCES
from massctl.model.diagnostics import Check, Finding, Level
from massctl.model.ids import (
    CAMPAIGN_FILE,
    CAMPAIGNS,
    AccountName,
    CampaignName,
    is_campaign_name,
    is_folder_name,
)
from massctl.model.phrase import Phrase, enumerated
from massctl.model.secrets import register
from massctl.model.settings import MassctlFile
from massctl.model.state import FINAL
from massctl.plan.forge_setup import SECRETS, secret_names, warehouse_names
from massctl.plan.plan import PlannedCampaign
from massctl.plan.steps import Guard
from massctl.plan.window import WindowState
from massctl.source.repository import Repository
from massctl.view.markdown_text import Words
from massctl.view.words import recorded

AHEAD = timedelta(minutes=90)
"""How long before its window a run begins to wait, because the timer may be almost an hour late."""
DOCTOR_HOUR_UTC = 0
"""08:00 in Beijing, before anybody's working day. WeChat has counted the day before by the tick, so statistics are
collected too."""

SEND = "send what is due"
CHECK = "check everything"
IMPORT = "import a console draft (从公众号草稿导入)"
_RECONCILE = {
    "reconcile: it was sent": "--sent",
    "reconcile: it was not sent": "--not-sent",
    "reconcile: repeat it now": "--resubmit",
}
_NOTHING = Phrase("Nothing was done.")
_NUMBER_MAX = 20
_IMPORTED = "import/"
"""How the branch of a folder begins that was imported."""
_FROZEN = "audience/"
"""How the branch begins that has new locks of audiences."""
_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")


def order_of(environment: Mapping[str, str]) -> Dispatch | None:
    """Return what a person asks this run to do; None if it was started otherwise, or to send what is due."""
    if environment.get("GITHUB_EVENT_NAME") != "workflow_dispatch":
        return None
    asked = read_event(Dispatch, event_text(environment))
    return asked if asked.typed("order") not in ("", SEND) else None


def words_of(order: Dispatch, looked: str) -> tuple[str, ...]:
    """Return an order as a command line of massctl, `preview N NAME` for that of a pull request's branch.

    `looked` is not later than when the person looked. Raises UsageError for what is missing or contradicts itself.
    """
    act, campaign, number = order.typed("order"), order.typed("campaign"), order.typed("number")
    if act == "allow sends again":
        return "resume", "--yes", *((f"--account={campaign}",) if campaign else ())
    if not is_campaign_name(campaign):
        raise UsageError(Phrase("name the campaign: the folder in campaigns/"), _NOTHING)
    if number and not (number.isascii() and number.isdecimal() and len(number) <= _NUMBER_MAX):
        raise UsageError(Phrase("{number} is not a number", number=number[:_NUMBER_MAX]), _NOTHING)
    why = f"--reason={order.typed('reason')}"
    if act in _RECONCILE:
        how = _RECONCILE[act]
        when = ("--yes",) if how == "--resubmit" else (f"--looked-at={looked}",)
        found = (number,) if how == "--sent" and number else ()
        return "reconcile", how, *when, why, "--", campaign, *found
    if act == "adopt the draft":
        return "adopt", why, "--", campaign
    if act == PREVIEW:
        if not number:
            raise UsageError(Phrase("give the number of the pull request"), _NOTHING)
        return "preview", number, campaign
    if act not in ("withdraw one article", WITHDRAW_ALL):
        raise UsageError(Phrase("there is no order {order}", order=act[:40]), _NOTHING)
    if order.typed("again") != campaign:
        raise UsageError(
            Phrase("to withdraw, type the campaign's name twice, the same both times"),
            Phrase("Nothing was withdrawn."),
        )
    every = act == WITHDRAW_ALL
    if not every and not number:
        raise UsageError(
            Phrase("give the number of the article, from 1"), Phrase("Nothing was withdrawn.")
        )
    return "withdraw", "--all" if every else f"--article={number}", "--yes", "--", campaign


_STOP = re.compile(r"/massctl\s+stop(?![\w-])[^\w\s]*(?P<why>.*)", re.DOTALL | re.IGNORECASE)
"""As a phone writes it too: with a capital, a full stop, or blanks of another kind."""


def stop_of(comment: str, accounts: Collection[str]) -> tuple[str | None, str] | None:
    """Return the account that a comment stops, None for all, and why; None if it asks for no stop.

    Its first word is an account, or already the reason: a misspelt account stops all sends. So does a comment with the
    names of two accounts.
    """
    asked = _STOP.fullmatch(comment.strip())
    if asked is None:
        return None
    why = asked["why"].strip()
    first, *rest = why.split(maxsplit=1) or [""]
    named = {each for each in re.findall(r"[\w.-]+", why.lower()) if each in accounts}
    if named == {first.lower()}:
        return first.lower(), "".join(rest)
    return None, why


def draft_of(order: Dispatch) -> tuple[str, str] | None:
    """Return the draft that an order wants to import, and the name of its campaign; None to list the drafts.

    Raises UsageError for what cannot be one.
    """
    campaign, number = order.typed("campaign"), order.typed("number")
    if not number and not campaign:
        return None
    if not _MEDIA_ID.fullmatch(number):
        raise UsageError(
            Phrase("{number} is not a media_id", number=number[:_NUMBER_MAX] or "-"), _NOTHING
        )
    if not is_folder_name(campaign):
        raise UsageError(Phrase("name the campaign: the folder in campaigns/"), _NOTHING)
    return number, campaign


def require_branch(settings: MassctlFile, environment: Mapping[str, str]) -> None:
    """Raise RefusedError unless this run is of the branch that sends."""
    branch = settings.policy.branch or "main"
    if environment.get("GITHUB_REF") != f"refs/heads/{branch}":
        raise RefusedError(
            Phrase("this workflow acts only from {branch}", branch=branch),
            _NOTHING,
            Phrase("choose {branch} under “Use workflow from”, then run it again", branch=branch),
        )


def gate(session: Session, environment: Mapping[str, str]) -> str | None:
    """Return the step of an order; None without one. Raises RefusedError or UsageError for a forbidden order."""
    require_branch(session.settings, environment)
    order = order_of(environment)
    if order is None:
        return None
    if order.typed("order") == CHECK:
        return "doctor"  # It changes nothing, so anybody may ask.
    if order.typed("order") == IMPORT:
        draft_of(order)
        return "order"  # WeChat is told nothing, and what it writes is a branch that somebody has to approve.
    require_operator(session)
    words = words_of(order, session.clock.now().isoformat())
    if words[0] == "preview" and session.settings.policy.preview_to is None:
        raise RefusedError(
            Phrase(
                "massctl.yaml has no policy.preview_to, so a branch could show itself to any follower"
            ),
            _NOTHING,
            Phrase("name who may see previews under policy.preview_to, by a pull request"),
        )
    return "order"


def reasons(session: Session, made: Planned, now: datetime) -> Iterator[Phrase]:
    """List why the job that sends is needed now; empty if it is not."""
    if made.plan.can_apply:
        yield Phrase("there is something to do")
    coming = opening(made.plan.campaigns, now, now + AHEAD)
    if coming is not None:
        yield Phrase("a window opens soon: {names}", names=", ".join(coming[1]))
    records = made.state.records.values()
    if any(unfinished(job) is not None for record in records for job in record.jobs):
        yield Phrase("a send is still being delivered")
    if any(record.is_in_doubt for record in records):
        yield Phrase("the outcome of a send is unknown")
    if any(_is_unrecorded(made, each) for each in made.plan.campaigns):
        yield Phrase("a window has closed, and that is not on record")
    leads = [lead for channel in session.settings.notify for lead in channel.leads]
    if any(
        now - AHEAD < window.not_before - lead <= now
        for window in made.windows.values()
        for lead in leads
    ):
        yield Phrase("somebody is to be told of a window")
    if any(untold(made.state, session.settings.notify, now)):
        yield Phrase("somebody is to be told what became of a send")


def _is_unrecorded(made: Planned, planned: PlannedCampaign) -> bool:
    """Return whether a window has closed without a send, and no run has found that yet."""
    if (
        planned.window is not WindowState.EXPIRED
        or planned.status in FINAL
        or planned.name not in made.windows
    ):
        return False
    record = made.state.record(planned.name, planned.edition)
    return made.windows[planned.name].not_after not in record.expired_at and not record.is_in_doubt


def is_hour_of_doctor(environment: Mapping[str, str], now: datetime) -> bool:
    """Return whether this is the tick of a day at which everything that a send depends on is looked at."""
    return (
        environment.get("GITHUB_EVENT_NAME") == "schedule"
        and now.astimezone(UTC).hour == DOCTOR_HOUR_UTC
    )


def unlocked(made: Planned) -> list[Finding]:
    """Find campaigns of the branch that sends whose lock is missing or of something else: they will not be sent."""
    guards = (Guard.LOCK_MISSING, Guard.LOCK_STALE)
    return [
        Finding(
            Check.CAMPAIGNS,
            Level.PROBLEM,
            Phrase("{name}: {message}", name=each.name, message=refusal.message),
        )
        for each in made.plan.campaigns
        for refusal in each.refusals
        if refusal.guard in guards and each.window is not WindowState.EXPIRED
    ]


_ALWAYS = frozenset({"MASSCTL_NO_SEND"})
_EGRESS = "EGRESS_"
"""What begins so is for the way out to WeChat, which is open by now."""
_ESCAPES = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))


def take_secrets(
    settings: MassctlFile, lines: str, environment: MutableMapping[str, str]
) -> list[Phrase]:
    """Take the lines that massctl.yaml names into the environment, have GitHub mask all, and drop the rest.

    Returns what is to be said of lines that nothing names.
    """
    named = {*secret_names(settings), *warehouse_names(settings)}
    told = list[Phrase]()
    for line in lines.splitlines():
        name, sign, value = (part.strip() for part in line.partition("="))
        if not sign or not value or name.startswith("#"):
            continue
        if name not in _ALWAYS:
            register(value)
            if on_github(environment):
                # Before anything can be printed that holds it.
                _mask(value)
        if name in named or name in _ALWAYS:
            environment[name] = value
        elif not name.startswith(_EGRESS):
            told.append(
                Phrase(
                    "{secrets} has {name}, which massctl.yaml does not name",
                    secrets=SECRETS,
                    name=name,
                )
            )
    return told


def _mask(value: str) -> None:
    for character, escape in _ESCAPES:
        value = value.replace(character, escape)
    write(f"::add-mask::{value}")


def put_pull_request(session: Session, number: int, name: CampaignName) -> None:
    """Make a commit of this checkout whose campaign and shared files are those of a pull request; massctl.yaml stays.

    Nothing is pushed. Raises MassctlError where the pull request cannot be written, or has no such campaign.
    """
    found = write_files(session, number)
    campaign = found.folder / Repository(found.folder).folder(name) / CAMPAIGN_FILE
    if not campaign.is_file():
        raise UsageError(
            Phrase("pull request {number} has no campaign {name}", number=number, name=name),
            _NOTHING,
        )
    for attributes in found.folder.rglob(ATTRIBUTES):
        attributes.unlink()  # They would decide what git makes of the files.
    shutil.rmtree(session.root / CAMPAIGNS)
    shutil.move(found.folder / CAMPAIGNS, session.root / CAMPAIGNS)
    _commit(session, CAMPAIGNS, "x", _NOTHING)


def _commit(
    session: Session, folder: str, message: str, state: Phrase, hint: str = "", push_to: str = ""
) -> None:
    """Commit a folder, and push it. Raises RefusedError with git's words."""
    git = Git(session.root, known_to_git(session.settings, session.environment))
    who = ("-c", "user.name=massctl", "-c", "user.email=massctl@localhost")
    steps = [
        ("add", "--all", "--force", "--", folder),
        (*who, "commit", "--quiet", "--allow-empty", "-m", message),
    ]
    if push_to:
        steps.append(
            ("push", "--quiet", session.settings.state.remote, f"HEAD:refs/heads/{push_to}")
        )
    for words in steps:
        done = git.run(*words, seconds=NETWORK_SECONDS)
        if not done.done:
            raise RefusedError(Phrase("git says: “{words}”", words=done.words or "-"), state, hint)


def list_drafts(current: Session, environment: Mapping[str, str]) -> None:
    """Show the drafts of every account in the summary of this run, with what to fill in for one of them."""
    words = Words(current.console.reader)
    how = Phrase(
        "Run it again with the draft's media_id under number, and under campaign a name for its folder, such as "
        "2026-12-new-year."
    )
    found = [
        (account, draft)
        for account in _accounts(current)
        for draft in current.wechat(account).newest_drafts()
    ]
    head = words.said(Phrase("Drafts of the console"))
    _summarise([f"## {head}", words.said(how), *_rows(words, found)], environment)
    current.console.talk(Phrase("the drafts are in the summary of this run"))


def _rows(words: Words, found: list[tuple[AccountName, ListedDraft]]) -> Iterator[str]:
    for account, draft in found:
        saved = [recorded(draft.updated)] if draft.updated is not None else []
        titles = "；".join(draft.titles) if draft.titles else Phrase("no title")
        yield f"- {words.facts(titles, account, *saved)}  \n  `{draft.media_id}`"
    if not found:
        yield words.said(Phrase("there are none"))


def account_with(current: Session, media_id: str) -> AccountName:
    """Return the account whose draft it is; raise UsageError where none has it."""
    accounts = _accounts(current)
    for account in accounts:
        if len(accounts) == 1 or any(
            each.media_id == media_id for each in current.wechat(account).newest_drafts()
        ):
            return account
    raise UsageError(Phrase("none of the newest drafts is {media_id}", media_id=media_id), _NOTHING)


def _accounts(current: Session) -> list[AccountName]:
    return [AccountName(name) for name in current.settings.accounts]


def push_import(current: Session, name: CampaignName, environment: Mapping[str, str]) -> None:
    """Push a campaign's folder as a branch of its own, and say in the summary how it becomes a pull request.

    Raises RefusedError where git refuses, as for a branch that is there already.
    """
    branch = f"{_IMPORTED}{name}"
    hint = Phrase(
        "choose another name under campaign, or delete the branch {branch}", branch=branch
    )
    nothing = Phrase("No branch was made.")
    _commit(
        current, current.repository.folder(name), f"import {name}", nothing, hint, push_to=branch
    )
    opens = Phrase("Open the pull request of {name}", name=name)
    _say_how_to_open(current, branch, opens, environment)


def push_locks(current: Session, names: Sequence[str], environment: Mapping[str, str]) -> None:
    """Push the new locks of audiences as a branch of its own, and say in the summary how it becomes a pull request.

    GitHub starts no workflow for a pull request that a workflow opened, so a person opens it. Raises RefusedError where
    git refuses.
    """
    git = Git(current.root, known_to_git(current.settings, current.environment))
    found = git.run("status", "--porcelain", "--", AUDIENCES)
    if found.done and not found.out.strip():
        current.console.talk(Phrase("nothing changed, so no branch was made"))
        return
    branch = f"{_FROZEN}{environment.get('GITHUB_RUN_ID') or names[0]}"
    nothing = Phrase("The locks were written here, and no branch was made.")
    hint = Phrase("delete the branch {branch}, and run it again", branch=branch)
    _commit(current, AUDIENCES, f"freeze {', '.join(names)}", nothing, hint, push_to=branch)
    opens = Phrase("Open the pull request of {name}", name=enumerated(names))
    _say_how_to_open(current, branch, opens, environment)


def _say_how_to_open(
    current: Session, branch: str, opens: Phrase, environment: Mapping[str, str]
) -> None:
    address = _address(current, branch, environment)
    said = Words(current.console.reader).said(opens)
    _summarise([f"## [{said}]({address})"], environment)
    current.console.talk(Phrase("open the pull request: {address}", address=address))


def _address(current: Session, pushed: str, environment: Mapping[str, str]) -> str:
    server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
    repository, branch = (
        environment.get("GITHUB_REPOSITORY", ""),
        current.settings.policy.branch or "main",
    )
    compared = f"{quote(branch, safe='')}...{quote(pushed, safe='/')}"
    return f"{server}/{repository}/compare/{compared}?quick_pull=1"


def _summarise(paragraphs: list[str], environment: Mapping[str, str]) -> None:
    """Add to what GitHub shows above the log of the run."""
    text = "\n\n".join(paragraphs) + "\n"
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
