"""What a verb that acts asks, and what it did: apply, withdraw, stop, resume and speed.

The last line of an apply says what it left.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from massctl.apply.consent import SendQuestion
from massctl.apply.outcome import CampaignOutcome, Outcome, failure_of, unrecorded_of
from massctl.model.audience_tag import tag_name
from massctl.model.diagnostics import Failure, Severity, has_errors
from massctl.model.phrase import Command, Phrase, enumerated, in_a_row, plural_phrase
from massctl.model.send import Verdict, doubt_words
from massctl.model.state import Record, Status, contradiction, held_until, is_held, status_of
from massctl.plan.brake import Brake, stop_branch
from massctl.plan.guards import handoff_of, how_to_do, left_to_do
from massctl.plan.reconcile_options import may_be_not_sent
from massctl.plan.steps import (
    PASSING,
    FillTag,
    Guard,
    Refusal,
    SaveDraft,
    SendMass,
    SendPreview,
    Step,
    UploadMedia,
)
from massctl.view.diagnostics import diagnostic_rows, error_text
from massctl.view.jobs import job_rows
from massctl.view.plan import (
    destination_rows,
    grouped_steps,
    heading,
    hold_row,
    inked_digest,
    local_moment,
    plan_text,
)
from massctl.view.rows import LABELS, Row, failure_row, refusal_rows, write_rows
from massctl.view.send_facts import fact_rows
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Page, Part, Table
from massctl.view.words import audience_words, followers, recorded, reviewer

if TYPE_CHECKING:
    from massctl.apply.ports import SendingSpeed
    from massctl.apply.withdraw import Withdrawal
    from massctl.plan.plan import Plan


def question_text(page: Page, question: SendQuestion) -> str:
    """Show a send before it is confirmed: to whom, how many, what. It does not ask; the terminal does."""
    titled: list[Part] = [Inked("‼ ", Ink.ALARM), Inked(question.campaign, Ink.NAME)]
    page.line(*titled, f"  {question.title}" if question.title else "", hang=2)
    if question.asked_before:
        changed = Phrase("It was changed while you were asked. This is what would be sent now:")
        page.line(Inked(changed, Ink.ALARM), indent=2)
    many = len(question.headlines) > 1
    numbers = [
        Inked(f"{number}. ", Ink.PLAIN) if many else None
        for number in range(1, len(question.headlines) + 1)
    ]
    rows = fact_rows(question.block)
    rows += [
        Row("message", (each,), number)
        for each, number in zip(question.headlines, numbers, strict=True)
    ]
    rows += destination_rows(question.destinations, is_unscanned=question.is_unscanned)
    if question.recipients_previewed:
        rows.append(Row("previews", (enumerated(list(question.recipients_previewed)),)))
    rows += [Row("by_hand", (each,)) for each in question.done_by_hand]
    table = Table(page, LABELS.values())
    write_rows(table, rows)
    table.row("", inked_digest(question.digest))
    page.line(Inked(Phrase("A mass send cannot be undone."), Ink.ALARM), indent=2)
    return page.text()


def outcome_text(page: Page, outcome: Outcome) -> str:
    """Show what a run did, what stopped it, and where every campaign stands now."""
    for campaign in outcome.campaigns:
        page.blank()
        _campaign(page, outcome, campaign)
    for record in [] if outcome.held_elsewhere else outcome.doubts_of_others:
        page.blank()
        _of_another(page, outcome, record)
    page.blank()
    if outcome.ledger_error is not None:
        error_text(page, outcome.ledger_error)
    if outcome.interrupted:
        page.line(Inked(Phrase("interrupted; the next apply continues from here"), Ink.WARNING))
    _summary(page, outcome)
    return page.text()


def _campaign(page: Page, outcome: Outcome, campaign: CampaignOutcome) -> None:
    planned, record, status = campaign.planned, outcome.record(campaign), outcome.status(campaign)
    heading(page, planned.name, planned.title, status)
    rows = _done_rows(outcome, campaign)
    if any(isinstance(step, SendMass) for step in campaign.performed):
        rows += job_rows(record)
    rows += [*refusal_rows(campaign.refusals), *_by_hand(campaign, record, status)]
    if campaign.declined:
        said = Inked(Phrase("you did not say yes, so it was not sent"), Ink.WARNING)
        rows.append(Row("declined", (said,)))
    if campaign.error is not None and not _is_of_ledger(campaign.error, outcome):
        rows.append(failure_row(campaign.error))
    rows += diagnostic_rows(planned.diagnostics, Severity.ERROR)
    if record.is_in_doubt and not outcome.held_elsewhere:
        passing = all(refusal.guard in PASSING for refusal in campaign.refusals)
        until = outcome.repeatable.get(record.key) if passing else None
        rows.append(doubt_row(record, until, campaign.answer))
    if planned.next_at is not None and not (campaign.performed or record.is_in_doubt):
        window = planned.rendered.window if planned.rendered is not None else None
        rows.append(
            Row("next", (Phrase("at {moment}", moment=local_moment(planned.next_at, window)),))
        )
    write_rows(Table(page, LABELS.values()), rows)


def _done_rows(outcome: Outcome, campaign: CampaignOutcome) -> list[Row]:
    """Return what was done, in the order of the stages; nothing where nothing was."""
    said = _done_words(campaign.performed, outcome.record(campaign))
    if (found := outcome.found_tag(campaign)) is not None:
        said.insert(
            0,
            Phrase(
                "recorded that tag {tag} is id {tag_id}: {followers}",
                tag=found.tag,
                tag_id=found.tag_id,
                followers=followers(found.count),
            ),
        )
    return [Row("done", (each,), Inked("✓ ", Ink.DONE)) for each in said]


def _done_words(performed: Sequence[Step], record: Record) -> list[Phrase]:
    return [_done(steps, record) for steps in grouped_steps(performed)]


def _done(steps: list[Step], record: Record) -> Phrase:
    count = len(steps)
    match steps[0]:
        case UploadMedia(media=media):
            if media.purpose.is_material:
                return plural_phrase(
                    "added {count} material", "added {count} materials", count=count
                )
            return plural_phrase(
                "uploaded {count} picture", "uploaded {count} pictures", count=count
            )
        case SaveDraft(for_preview=for_preview):
            shown = Phrase("saved a separate draft for the preview; the staged one stays")
            said = shown if for_preview else Phrase("saved the draft and read it back")
            return (
                Phrase("saved {count} drafts and read them back", count=count)
                if count > 1
                else said
            )
        case FillTag(audience=audience):
            return Phrase("filled the tag {tag} and read it back", tag=tag_name(audience))
        case SendMass(campaign=campaign, batch=batch):
            who = audience_words(campaign.audience)
            many = Phrase(
                "WeChat accepted {count} of {batches} batches to {audience}",
                count=count,
                batches=record.batches,
                audience=who,
            )
            return (
                many
                if batch is not None
                else Phrase("WeChat accepted the send to {audience}", audience=who)
            )
        case _:
            names = [reviewer(each) for each in steps if isinstance(each, SendPreview)]
            return Phrase("showed the preview to {reviewer}", reviewer=enumerated(names))


def _of_another(page: Page, outcome: Outcome, record: Record) -> None:
    """Say of a campaign that nobody named why the run ends with 4, and what to type."""
    heading(page, record.campaign, "", status_of(record))
    table = Table(page, LABELS.values())
    before, now = record.appid, outcome.accounts
    write_rows(table, [doubt_row(record, outcome.repeatable.get(record.key))])
    if before is not None and before not in now:
        say = Phrase(
            "It was requested with the AppID {before}; massctl.yaml now has another one: {accounts}"
        )
        accounts = in_a_row([f"{name} {appid}" for appid, name in now.items()])
        table.below(Phrase(say, before=before, accounts=accounts or "-"))


def _by_hand(campaign: CampaignOutcome, record: Record, status: Status) -> list[Row]:
    """Return what is left to do in the console, as soon as there is a draft to do it to: days before the window."""
    rendered = campaign.planned.rendered
    told = any(refusal.guard is Guard.HANDOFF_OPEN for refusal in campaign.refusals)
    left = (
        left_to_do(handoff_of(rendered, record), status)
        if rendered is not None and not told
        else []
    )
    rows = [Row("by_hand", (words,), Inked("○ ", Ink.WARNING)) for words in left]
    return [
        *rows[:-1],
        *(replace(each, below=(how_to_do(campaign.planned.name),)) for each in rows[-1:]),
    ]


_NOBODY_KNOWS = Phrase(
    "Nobody knows whether followers have it; until that is known, the account sends nothing else."
)
_LOOK = Phrase(
    "look in the console under 群发记录, and settle it; the first command says what to look for:"
)


def doubt_row(
    record: Record, repeatable_until: datetime | None, answer: Verdict | None = None
) -> Row:
    """Say of an open attempt what happened, what is now true, and what to type.

    `repeatable_until` is None if something other than the time keeps `apply` from repeating the request. `answer`
    is what WeChat said to it in this run; a clear one leaves it open where it could not be recorded.
    """
    if (answer_by := held_until(record)) is not None:
        return hold_row(record.campaign, answer_by)
    if (found := contradiction(record)) is not None:
        say = Phrase("the ledger contradicts itself: {found}", found=found)
        return _doubt(say, _NOBODY_KNOWS, _LOOK, *_choices(record))
    if (unrecorded := unrecorded_of(record, answer)) is not None:
        how = Phrase("In the ledger it is in doubt. When the ledger can be written again:")
        return _doubt(unrecorded.told, how, unrecorded.command)
    last = record.open_attempts[-1]
    asked = Phrase("WeChat was asked to send it at {moment}", moment=recorded(last.at))
    if last.doubt:
        reason = doubt_words(last.doubt)
        asked = Phrase("{asked}, and gave no clear answer: {reason}", asked=asked, reason=reason)
    else:
        asked = Phrase("{asked}, and the run ended before the answer", asked=asked)
    below: list[Phrase] = []
    if record.batches > 1:
        say = Phrase(
            "It is batch {batch} of {batches}; the batches before it were sent, and no later one "
            "begins until this is settled."
        )
        below.append(Phrase(say, batch=last.event.batch, batches=record.batches))
    below.append(_NOBODY_KNOWS)
    look = _LOOK
    if repeatable_until is not None:
        below.append(
            Phrase(
                "repeat the identical request, until {moment}:", moment=recorded(repeatable_until)
            )
        )
        below.append(Command("apply", record.campaign))
        look = Phrase(
            "or look in the console under 群发记录, and settle it; the first command says what to look for:"
        )
    return _doubt(asked, *below, look, *_choices(record))


def _doubt(said: str, *below: str) -> Row:
    return Row("in_doubt", (Inked(said, Ink.ALARM),), below=below)


def _choices(record: Record) -> list[Command]:
    not_sent = (('--not-sent --reason "…"',),) if may_be_not_sent(record) else ()
    return [
        Command("reconcile", record.campaign, *choice)
        for choice in ((), ('--sent --reason "…"',), *not_sent)
    ]


def _is_of_ledger(failure: Failure, outcome: Outcome) -> bool:
    """Return whether a failure is that of the ledger, which is told once for the whole run."""
    return outcome.ledger_error is not None and failure == failure_of(outcome.ledger_error)


_LEFT = {
    "sent": (Phrase("sent {count}"), Ink.DONE),
    "prepared": (Phrase("prepared {count}"), Ink.DONE),
    "in_doubt": (Phrase("in doubt {count}"), Ink.ALARM),
    "awaiting": (Phrase("awaiting the administrator {count}"), Ink.WARNING),
    "failed": (Phrase("failed {count}"), Ink.ERROR),
    "declined": (Phrase("declined {count}"), Ink.WARNING),
    "refused": (Phrase("refused {count}"), Ink.WARNING),
    "idle": (Phrase("nothing to do {count}"), Ink.DETAIL),
}
"""How many campaigns a run left so."""


def _summary(page: Page, outcome: Outcome) -> None:
    left = Counter(_left(outcome, campaign) for campaign in outcome.campaigns)
    parts: list[Part] = []
    for name, (say, ink) in _LEFT.items():
        parts += [Phrase(", "), Inked(Phrase(say, count=left[name]), ink)] if left[name] else []
    if parts:
        page.line(Phrase("this run: "), *parts[1:], hang=2)
    else:
        page.line(Inked(Phrase("Nothing to do."), Ink.DONE))


def _left(outcome: Outcome, campaign: CampaignOutcome) -> str:
    """Name what a run left of a campaign: what most needs a person comes first."""
    record = outcome.record(campaign)
    if record.is_in_doubt and not outcome.held_elsewhere:
        return "awaiting" if is_held(record) else "in_doubt"
    if campaign.error is not None or has_errors(campaign.planned.diagnostics):
        return "failed"
    if campaign.declined:
        return "declined"
    if campaign.findings:
        return "refused"
    if any(isinstance(step, SendMass) for step in campaign.performed):
        return "sent"
    return "prepared" if campaign.performed or outcome.found_tag(campaign) is not None else "idle"


def withdraw_question(
    page: Page,
    taken: "Withdrawal",
    headlines: Sequence[str],
    others: Sequence[str],
    *,
    until: datetime | None = None,
) -> str:
    """Show what is withdrawn, and which other sends lose their link with it; `headlines` may be unknown.

    `until` is how long it waits for what is still being sent.
    """
    record = taken.record
    edition = Phrase("edition {edition}", edition=record.edition)
    page.line(
        Inked("‼ ", Ink.ALARM),
        Inked(record.campaign, Ink.NAME),
        "  ",
        Inked(edition, Ink.DETAIL),
        hang=2,
    )
    first, *more = taken.today
    at = Phrase("accepted {moment}", moment=recorded(first.job.accepted_at))
    others_too = [Phrase("and {count} more", count=len(more))] if more else []
    rows = [Row("job", (f"msg_id {first.msg_id}", at, *others_too))]
    rows += [
        Row(Phrase("later"), (Inked(each.message, Ink.WARNING),), below=(each.hint,))
        for each in taken.refusals
    ]
    chosen = [(n, title) for n, title in enumerate(headlines, 1) if taken.article in (0, n)]
    rows += [Row("articles", (title,), Inked(f"{number}. ", Ink.PLAIN)) for number, title in chosen]
    if not chosen:
        every, one = Phrase("every article"), Phrase("article {number}", number=taken.article)
        rows.append(Row("articles", (one if taken.article else every,)))
    if others:
        rows.append(Row(Phrase("lost too"), (Inked(enumerated(others), Ink.ALARM),)))
    if until is not None:
        rows.append(
            Row(
                Phrase("when"),
                (
                    Phrase(
                        "as soon as WeChat allows it; while it is still being sent, massctl waits until {until}",
                        until=recorded(until),
                    ),
                ),
            )
        )
    write_rows(Table(page, LABELS.values()), rows)
    page.line(
        Inked(
            Phrase("The cards stay in the chats; whoever opens one reads that it was deleted."),
            Ink.PLAIN,
        ),
        indent=2,
    )
    page.line(
        Inked(Phrase("This cannot be undone, and it does not give back a mass send."), Ink.ALARM),
        indent=2,
    )
    return page.text()


def withdrawn_text(page: Page, taken: "Withdrawal") -> str:
    """Return what was withdrawn in this run, and what has to wait; what stopped it is told apart."""
    if taken.done or not (taken.refusals or taken.error):
        page.line(_withdrawn_words(taken))
    for refusal in taken.refusals:
        page.line(Inked(f"{refusal.guard.value}: ", Ink.WARNING), refusal.message, hang=2)
        page.line(refusal.hint, indent=4)
    return page.text()


def _withdrawn_words(taken: "Withdrawal") -> Phrase:
    name = taken.record.campaign
    if not taken.done:
        return Phrase("{name}: already withdrawn; no request was made", name=name)
    if taken.refusals or taken.error:
        say = Phrase("{name}: withdrawn from {count} of {all} jobs; the cards stay in the chats")
        return Phrase(say, name=name, count=len(taken.done), all=len(taken.record.jobs))
    if taken.article:
        say = Phrase("{name}: article {article} is withdrawn; its card stays in the chats")
        return Phrase(say, name=name, article=taken.article)
    return Phrase("{name}: every article is withdrawn; the cards stay in the chats", name=name)


def stopped_text(page: Page, brake: Brake, remote: str, *, fresh: bool) -> str:
    """Say that the brake is on, whose it is, what it stops and what not, and how it is lifted."""
    place = {"remote": remote, "branch": brake.branch}
    if fresh:
        told = Phrase("the brake is set: {remote} has the branch {branch}", **place)
    else:
        told = Phrase("the brake was already set: {remote} has the branch {branch}", **place)
    page.line(Inked(told, Ink.ALARM), hang=2)
    _brake_rows(page, brake)
    if brake.below:
        page.line(
            Phrase(
                "git makes no branch {stop} beside {branch}, so as long as that is there it counts as the brake.",
                stop=stop_branch(brake.account),
                branch=brake.branch,
            ),
            indent=2,
        )
    every = Phrase(
        "No run of this repository sends any more, not even one that waits for its window: each "
        "looks for this branch right before each send."
    )
    one = Phrase(
        "No run of this repository sends from {account} any more, not even one that waits for its window; other "
        "accounts go on.",
        account=brake.account or "",
    )
    page.line(one if brake.account else every, indent=2)
    page.line(
        Phrase(
            "Sends that WeChat has accepted continue; {command}   deletes their articles. Staged "
            "drafts stay, and staging continues.",
            command=Command("withdraw", "NAME --all"),
        ),
        indent=2,
    )
    page.line(
        Phrase(
            "{command}   lifts it; on GitHub: Actions / apply / allow sends again",
            command=Command("resume", *(("--account", brake.account) if brake.account else ())),
        ),
        indent=2,
    )
    return page.text()


def resume_question(page: Page, brake: Brake, due: "Plan | None", now: datetime) -> str:
    """Show a brake before it is lifted, and each campaign that would be sent immediately; does not ask."""
    page.line(Inked(Phrase("the brake is set"), Ink.ALARM))
    _brake_rows(page, brake)
    if due is None:
        return page.text()
    if not due.campaigns:
        page.line(Phrase("As things are, the next apply would send nothing."), indent=2)
        return page.text()
    page.line(Inked(Phrase("The next apply would send this:"), Ink.ALARM), indent=2)
    return plan_text(page, due, now)


def resumed_text(
    page: Page,
    brake: Brake | None,
    remote: str,
    due: Sequence[str] | None,
    account: str | None = None,
    left: Sequence[Refusal] = (),
) -> str:
    """Say that sends are allowed, and what the next apply would send; `due` is None if that is not known.

    `left` are the brakes that are still set.
    """
    if brake is None:
        told = Phrase(
            "the brake is not set: {remote} has no branch {branch}",
            remote=remote,
            branch=stop_branch(account),
        )
        page.line(told, hang=2)
        return _with_brakes(page, left)
    lifted = Phrase("the brake is lifted: sends are allowed again")
    if account is not None:
        lifted = Phrase("the brake of {account} is lifted", account=account)
    page.line(Inked(lifted, Ink.DONE))
    if due:
        page.line(Phrase("the next apply would send: {names}", names=enumerated(due)), indent=2)
    elif due is not None:
        page.line(Phrase("As things are, the next apply would send nothing."), indent=2)
    return _with_brakes(page, left)


def _with_brakes(page: Page, left: Sequence[Refusal]) -> str:
    """Name the brakes that are still set, each with what lifts it."""
    for each in left:
        page.line(Inked(Phrase("still set: {what}", what=each.message), Ink.WARNING), hang=2)
        page.line(each.hint, indent=2)
    return page.text()


def _brake_rows(page: Page, brake: Brake) -> None:
    by_hand = Phrase(
        "unknown: somebody pushed the branch by hand, at {commit}", commit=brake.commit[:12]
    )
    facts = {
        Phrase("branches"): enumerated([name for name, _ in brake.below]) if brake.below else "",
        Phrase("by"): brake.by or by_hand,
        Phrase("since"): recorded(brake.since) if brake.since is not None else "",
        Phrase("reason"): brake.reason,
    }
    rows = [Row(label, (fact,)) for label, fact in facts.items() if fact]
    write_rows(Table(page, LABELS.values()), rows)


UNIT = 10_000
"""Messages a minute that one of `realspeed` stands for."""
SPEED_TABLE = (80, 60, 45, 30, 10)
"""`realspeed` by `speed`. Source: WeChat docs, "message/mass/speed/get", read 2026-10; an example there differs."""


def speed_words(account: str, speed: "SendingSpeed") -> list[Phrase]:
    """Return what a speed comes to as the API says it, and where that is not what WeChat's table says."""
    listed = SPEED_TABLE[speed.speed] if speed.speed < len(SPEED_TABLE) else None
    if speed.realspeed is None:
        return [
            Phrase(
                "{account}: speed {speed}; WeChat does not say how many messages a minute",
                account=account,
                speed=speed.speed,
            )
        ]
    said = Phrase(
        "{account}: speed {speed}, that is {count:,} messages a minute",
        account=account,
        speed=speed.speed,
        count=speed.realspeed * UNIT,
    )
    if listed is None or listed == speed.realspeed:
        return [said]
    other = Phrase(
        "WeChat's own table gives {count:,} for this speed; the API's value counts",
        count=listed * UNIT,
    )
    return [said, other]
