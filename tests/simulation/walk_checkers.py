"""What must be true in every random story, judged from the world's own books with no judgement of massctl's.

A message is recognised by its subject. The ledger is read as plain entries. What belongs to a departure is checked
in the moment in which the request leaves, with the rules, the clock and the checkout of that moment.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from simulation.walk_account import Account, Key, MassJob
from simulation.walk_declared import name_of
from simulation.walk_people import batches_of, name_of_people
from simulation.walk_world import Runner, World

from massctl.model import entries
from massctl.model.ids import AppId, MediaId
from massctl.model.message import RenderedCampaign
from massctl.model.send import Body, SendIntent, ToAll, ToOpenids, ToTag


@dataclass(frozen=True, slots=True)
class Open:
    """An attempt of which the ledger does not say how it ended."""

    serial: int
    key: Key
    event: entries.SendAttempted
    at: datetime


def open_attempts(world: World) -> list[Open]:
    """Read the ledger for attempts without an end; a rejection ends its own attempt, everything else its campaign's."""
    found: list[Open] = []
    for entry in world.disk.entries:
        event, key = entry.event, (entry.campaign or "", entry.edition or 0)
        match event:
            case entries.SendAttempted():
                found.append(Open(entry.serial, key, event, entry.at))
            case entries.SendRejected(attempt=attempt):
                found = [each for each in found if each.serial != attempt]
            case entries.SendAccepted() | entries.SendSettled():
                found = [each for each in found if each.key != key]
    return found


def sending(
    runner: Runner, account: Account, send: SendIntent, appid: AppId, campaign: RenderedCampaign
) -> None:
    """Judge a mass send in the moment in which its request leaves."""
    world, key = runner.world, (campaign.name, campaign.edition)
    wrong = [
        *_on_record(world, send, appid, key),
        *_allowed(runner, campaign),
        *_as_approved(account, send.body, campaign),
        *_to_its_audience(send, campaign),
        *_seen(runner, campaign),
    ]
    for each in wrong:
        world.wrong(f"{campaign.name} left in run {runner.number}: {each}")


def once(world: World) -> None:
    """At most one job for a campaign's edition, and for each openid of a list, whoever asked for it."""
    for name, account in world.accounts.items():
        got = Counter(
            (job.key, who)
            for job in account.jobs
            if job.key is not None
            for who in job.openids or ("",)
        )
        for (key, who), times in got.items():
            said = f"{key} went out {times} times by {name}" + (f" to {who}" if who else "")
            if times > 1 and said not in world.wrongs:
                world.wrong(said)


def previewing(
    runner: Runner, account: Account, recipient: str, body: Body, *, arrives: bool
) -> None:
    """Judge a preview that leaves: nobody is shown by `apply` what they may have been shown before."""
    world, campaign = runner.world, runner.checkout[name_of(account.subject(body))]
    key = recipient, campaign.digest
    if key in world.asked and not runner.on_purpose:
        world.wrong(f"{recipient} is shown {campaign.name} again in run {runner.number}")
    # What people do to a draft in the moment before is seen by reviewers, and found when the send reads it again.
    for each in _as_approved(account, body, campaign) if not runner.disturbed else ():
        world.wrong(f"{campaign.name} is shown in run {runner.number}: {each}")
    world.asked.add(key)
    if arrives:
        world.moments += 1
        world.seen.setdefault(campaign.digest, world.moments)


def deleting(world: World, account: Account, media_id: MediaId) -> None:
    """Judge a deletion: only drafts of ours, and none that somebody changed."""
    if media_id not in account.ours:
        world.wrong(f"{media_id} is deleted, and is not ours")
    if media_id in account.touched:
        world.wrong(f"{media_id} is deleted, and was changed in the console")


def between_runs(world: World) -> None:
    """Judge what the ledger says after a run."""
    once(world)
    shown = {recipient for account in world.accounts.values() for recipient in account.shown}
    jobs = {job.msg_id: job for account in world.accounts.values() for job in account.jobs}
    drafts = {media_id for account in world.accounts.values() for media_id in account.ours}
    asked = {
        e.serial: e.event.recipients_sha256
        for e in world.disk.entries
        if e.event.type == "send_attempted"
    }
    for entry in world.disk.entries:
        match entry.event:
            case (
                entries.SendAccepted(msg_id=msg_id)
                | entries.SendSettled(outcome="sent", msg_id=int(msg_id))
            ):
                job = jobs.get(msg_id)
                if job is None or job.key != (entry.campaign, entry.edition):
                    world.wrong(
                        f"entry {entry.serial} says that job {msg_id} is of {entry.campaign}"
                    )
                elif (named := asked.get(getattr(entry.event, "attempt", 0))) and named != _named(
                    job
                ):
                    world.wrong(
                        f"entry {entry.serial} says that others got job {msg_id} than {job.openids}"
                    )
            case entries.Previewed(outcome="sent", recipient=recipient) if recipient not in shown:
                world.wrong(f"entry {entry.serial} says that {recipient} has the preview")
            case entries.DraftSaved(media_id=media_id) if media_id not in drafts:
                world.wrong(f"entry {entry.serial} says that {media_id} was saved")


def _named(job: MassJob) -> str | None:
    return f"sha256:{name_of_people(job.openids)}" if job.openids else None


def at_the_end(world: World, refused: set[str]) -> None:
    """Judge what is left when nothing went wrong for two runs: one draft for a campaign, unless it is refused."""
    if not world.disk.verifies():
        world.wrong("the chain of the ledger does not verify")
    if world.forked:
        return  # An older copy knows nothing of drafts that were saved since, and nobody else looks for them.
    doubtful = {each.event.appid for each in open_attempts(world)}
    known = {
        entry.event.media_id
        for entry in world.disk.entries
        if isinstance(entry.event, entries.DraftSaved)
    }
    for name in world.declared:
        account = world.account(name)
        # One that WeChat mangled, and that could not be read back, is told of as changed and waits for a person.
        # How long one may be late is measured by clocks.
        left = [each for each in account.our_drafts(name) if each not in account.mangled]
        left = [
            each for each in left if each in known or not (world.skewed and each in account.late)
        ]
        jobs = max(1, len(batches_of(world.checkout()[name].openid_list)))
        if len(left) > jobs and world.declared[name].appid not in doubtful and name not in refused:
            world.wrong(f"{len(left)} drafts of {name} are left: {left}")


def _on_record(world: World, send: SendIntent, appid: AppId, key: Key) -> Iterator[str]:
    """Its attempt is durable, under this id, and no other campaign's is open on the account."""
    opened = open_attempts(world)
    mine = [each for each in opened if each.key == key]
    if not mine:
        yield "the ledger has no open attempt of it"
    elif mine[-1].serial > world.disk.flushed:
        yield "its attempt is not durable"
    elif any(each.event.client_msg_id != send.client_msg_id for each in mine):
        yield "it goes by another id than the ledger says"
    others = sorted({each.key for each in opened if each.event.appid == appid and each.key != key})
    if others:
        yield f"{others} is in doubt"


def _allowed(runner: Runner, campaign: RenderedCampaign) -> Iterator[str]:
    """The kill switch, the window, the hour, and that it was named, as of massctl's last look at the clock."""
    rules, now, window = runner.world.rules, runner.last_look, campaign.window
    if not rules.sending or rules.no_send:
        yield "the kill switch is on"
    if rules.is_quiet(now):
        yield f"{now} is quiet"
    if window is not None and not window.not_before <= now <= window.not_after:
        yield f"{now} is outside its window"
    mine = [
        each
        for each in open_attempts(runner.world)
        if each.key == (campaign.name, campaign.edition)
    ]
    if window is None and campaign.name not in (runner.named or ()) and len(mine) < 2:
        yield "nobody named it"
    if rules.in_doubt == "stop" and len(mine) > 1:
        yield "the policy says that nothing is repeated"


def _as_approved(account: Account, body: Body, campaign: RenderedCampaign) -> Iterator[str]:
    """What followers get is, byte for byte, what this run's checkout says."""
    if body.own_id is None:
        if campaign.message.articles or body.message.text != campaign.message.text:
            yield f"nobody approved the words {body.message.text!r}"
        return
    if not campaign.message.articles:
        yield "it is a text, and a draft is sent"
        return
    if body.own_id not in account.drafts:
        return  # It went out at the first try, or can go out no more.
    if body.own_id in account.touched:
        yield f"{body.own_id} was changed in the console"
    for ours, theirs in zip(campaign.message.articles, account.contents[body.own_id], strict=True):
        content = theirs.content
        for address, sha256 in account.sha_of.items():
            content = content.replace(address, f"massctl-picture:{sha256}")
        expected = ours.title, ours.author, ours.digest, ours.content, ours.cover
        found = (
            theirs.title,
            theirs.author,
            theirs.digest,
            content,
            account.sha_of[theirs.thumb_media_id],
        )
        if expected != found and account.adopted.get(body.own_id) != (theirs,):
            yield f"nobody approved {found}"


def _to_its_audience(send: SendIntent, campaign: RenderedCampaign) -> Iterator[str]:
    match send.recipients:
        case ToOpenids(openids):
            right = openids in batches_of(campaign.openid_list)
        case ToTag(tag_id):
            right = tag_id == campaign.audience.tag_id
        case ToAll():
            right = campaign.audience.tag_id is None and campaign.openid_list is None
    if not right:
        yield f"it goes to {send.recipients}"


def _seen(runner: Runner, campaign: RenderedCampaign) -> Iterator[str]:
    """Where the policy asks for it, an earlier run showed it; a repetition was judged at its first attempt."""
    world = runner.world
    mine = [each for each in open_attempts(world) if each.key == (campaign.name, campaign.edition)]
    # Whether somebody looked at it is judged once, and not again after a push that took minutes.
    if not (runner.rules_at_attempt or world.rules).require_preview or len(mine) > 1:
        return
    first = world.seen.get(campaign.digest)
    if first is None or not (first < runner.began or runner.attended):
        yield "nobody could look at it before"


def forget(world: World) -> None:
    """An older copy of the ledger took the place of the newer one: what it does not hold may happen again.

    Previews are shown again, and what WeChat kept of a draft is not known to the letter.
    """
    events = [entry.event for entry in world.disk.entries]
    last = {
        (each.recipient, each.digest): each.outcome
        for each in events
        if isinstance(each, entries.Previewed)
    }
    world.asked &= {key for key, outcome in last.items() if outcome != "failed"}
    noted = {each.media_id for each in events if isinstance(each, entries.DraftVerified)}
    for account in world.accounts.values():
        for media_id in account.marked_up - noted:
            account.touched.discard(media_id)
            account.adopted[media_id] = account.contents[media_id]
