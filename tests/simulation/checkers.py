"""What must be true of the world and the ledger after every run, looked at from outside of massctl.

Checkers use the simulated WeChat's own books, and read the ledger's bytes with a few lines of their own. A message is
recognised by its words or its title, never by a clientmsgid, which massctl could get wrong.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from building import APPID, OTHER_APPID
from simulation.disk import entries_of
from simulation.happenings import documented_id
from simulation.scenario import OPENIDS, Situation
from simulation.schedule import Played, Scenario
from simulation.world import Departure, MassJob, SimWeChat

from massctl.apply.ports import DraftArticle
from massctl.model.message import NewsMessage, RenderedCampaign, VoiceMessage

PATIENCE: Final = timedelta(hours=20)
"""No repetition later than this after the first open attempt: docs/concepts/exactly-once.md, rule 5."""
REACHED_A_MONTH: Final = 4
"""Mass messages that one follower gets in a month. Source: WeChat docs, "群发规则", read 2026-10."""
MINUTE: Final = timedelta(minutes=1)
BEIJING: Final = ZoneInfo("Asia/Shanghai")
Identity = tuple[str, int, tuple[str, ...]]
"""A campaign's name, its edition, and the openids of a batch, where it has any."""


def violations(scenario: Scenario, situation: Situation) -> list[str]:
    """Say in words what must not be, whenever one looks."""
    books = Books(scenario, situation.wechat, entries_of(situation.disk.content))
    knows_all = situation.disk.damaged_after is None and not (
        situation.clone and situation.clone.is_second
    )
    return [
        *books.sent_at_most_once(),
        *books.one_version_each(),
        *books.requests(),
        *_previewed_at_most_once(situation.wechat),
        *_nothing_that_nobody_could_look_at(situation.wechat),
        *_went_on(situation),
        *(_ledger(situation, books) if knows_all else ()),
    ]


def _went_on(situation: Situation) -> Iterator[str]:
    """Look for a runner that sent under a ledger that somebody had changed."""
    damaged = situation.disk.damaged_after
    for send in _sends(situation.wechat):
        if damaged is not None and send.run > damaged:
            yield f"{send.subject} left under a ledger that somebody had changed"


def verdicts(played: Played) -> list[str]:
    """Say where a run that ended by itself has other verdicts on record than the answers that it got."""
    wechat = played.situation.wechat
    # 45065 is an acceptance only where an earlier request may have been the one, which `_explained` looks at.
    words = {
        "accepted": {"send_accepted"},
        "unclear": {"send_in_doubt"},
        "known": {"send_accepted", "send_in_doubt"},
    }
    told = [words.get(d.answer, {"send_rejected"}) for d in _sends(wechat) if d.run == wechat.run]
    written = [
        entry["type"]
        for entry in entries_of(played.situation.disk.content)[played.lines_before :]
        if entry["type"] in {"send_accepted", "send_rejected", "send_in_doubt"}
        and (entry["type"] != "send_rejected" or "errcode" in entry)
        # That the administrator's half hour is over is no answer of WeChat's.
        and entry.get("reason") != "administrator_silent"
    ]
    as_told = len(told) == len(written) and all(
        word in allowed for allowed, word in zip(told, written, strict=True)
    )
    return [] if as_told else [f"WeChat's answers were {told}, and the ledger says {written}"]


def leftovers(wechat: SimWeChat) -> list[str]:
    """Say what must not be left by a run without trouble: a draft beside another, or of a message that went out."""
    ours = (
        *wechat.drafts.keys() - wechat.edited,
        *wechat.late_drafts.keys() - wechat.too_late(wechat.late_drafts),
    )
    drafts = [wechat.named[media_id] for media_id in ours]
    batches = max((campaign.batches or 1 for campaign in wechat.rules.approved), default=1)
    if len(drafts) > max(0, batches - len(wechat.jobs) * (batches > 1)):
        return [f"{len(drafts)} drafts are left in the draft box: {drafts}"]
    if batches == 1 and drafts and wechat.jobs and wechat.drafts_are_consumed:
        return [f"a draft is left of a message that went out: {drafts}"]
    return []


def abandoned(scenario: Scenario, situation: Situation) -> list[str]:
    """Say which drafts are left of what nobody sends any more: its folder is gone, or its window is over.

    Whoever finds one in the console may send it by hand.
    """
    wechat, wanted = (
        situation.wechat,
        {subject_of(each) for each in scenario.campaigns[-1] if _may_come(each, situation)},
    )
    sent = {job.subject for job in wechat.jobs}
    left = {wechat.named[media_id] for media_id in wechat.drafts} - wanted - sent
    return [
        f"a draft of {subject} is left, and nobody sends it any more" for subject in sorted(left)
    ]


def _may_come(campaign: RenderedCampaign, situation: Situation) -> bool:
    return campaign.window is None or situation.moment <= campaign.window.not_after


def lost(scenario: Scenario, situation: Situation) -> list[str]:
    """Say what should have gone out by now: in its window, not in doubt, not refused for good, and nowhere."""
    if not scenario.arrives or in_doubt(situation.disk.content):
        return []
    refused = [
        each for each in entries_of(situation.disk.content) if each["type"] == "send_rejected"
    ]
    if refused and refused[-1].get("errcode") == 40007 and not refused[-1].get("retryable"):
        return []
    jobs = _that_reached_somebody(situation.wechat)
    if not jobs and situation.wechat.jobs:
        return []  # Every job failed, so a person raises the edition.
    sent = {job.subject for job in jobs}
    people = {(job.subject, openid) for job in jobs for openid in job.openids}
    return [
        f"{subject_of(campaign)} is lost: it was neither sent nor refused, and nothing is in doubt"
        for campaign in scenario.campaigns[-1]
        if campaign.window is not None
        and campaign.window.not_before <= situation.moment <= campaign.window.not_after
        if subject_of(campaign) not in sent
        or any(
            (subject_of(campaign), openid) not in people
            for batch in _batches(campaign)
            for openid in set(batch) - OPENIDS.optional
        )
    ]


def _that_reached_somebody(wechat: SimWeChat) -> list[MassJob]:
    return [job for job in wechat.jobs if not job.failed]


def _batches(campaign: RenderedCampaign) -> tuple[tuple[str, ...], ...]:
    return OPENIDS.lists[campaign.openid_list.sha256] if campaign.openid_list is not None else ()


def _batch(openids: tuple[str, ...]) -> int:
    """Count a batch from 1; lists may hold the same one at the same place only."""
    return next((each.index(openids) + 1 for each in OPENIDS.lists.values() if openids in each), 1)


def in_doubt(content: bytes | None) -> bool:
    """Say whether a ledger has an attempt to which it knows no end."""
    opened: dict[int, tuple[str, int]] = {}
    for entry in entries_of(content):
        match entry:
            case {"type": "send_attempted", "serial": serial}:
                opened[serial] = entry["campaign"], entry["edition"]
            case {"type": "send_rejected", "attempt": serial}:
                opened.pop(serial, None)
            case {"type": "send_accepted" | "send_settled", "campaign": name, "edition": edition}:
                opened = {serial: of for serial, of in opened.items() if of != (name, edition)}
    return bool(opened)


@dataclass(slots=True)
class _Doubt:
    """The requests of one campaign since its last clear yes to which nobody gave a clear answer."""

    requests: list[Departure] = field(default_factory=list)


class Books:
    """WeChat's books against what the repository said."""

    def __init__(
        self, scenario: Scenario, wechat: SimWeChat, ledger: Sequence[dict[str, Any]] = ()
    ) -> None:
        self._wechat = wechat
        self._jobs = _that_reached_somebody(wechat)
        self._attempts = [each for each in ledger if each["type"] == "send_attempted"]
        self._accepted = [each for each in ledger if each["type"] == "send_accepted"]
        self._campaigns = {
            id(each): each for group in scenario.campaigns for each in group
        }.values()
        self._by_subject = {subject_of(each): each for each in self._campaigns}
        self._copies = {
            each for each, n in Counter(map(subject_of, self._campaigns)).items() if n > 1
        }

    def identity(self, sent: MassJob | Departure) -> Identity | None:
        """Say which campaign, and which batch of it, a message is of."""
        campaign = self._campaign_of(sent)
        return (name_of(campaign), campaign.edition, sent.openids) if campaign else None

    def _campaign_of(self, sent: MassJob | Departure) -> RenderedCampaign | None:
        """Recognise a message by its words; where several campaigns say the same, by the id that they have."""
        if sent.subject in self._copies:
            named = (
                sent.client_msg_id
                if isinstance(sent, MassJob)
                else json.loads(sent.request)["clientmsgid"]
            )
            for each in self._campaigns:
                ids = (
                    documented_id(each.appid, name_of(each), each.edition, n) for n in range(1, 4)
                )
                if subject_of(each) == sent.subject and named in ids:
                    return each
        return self._by_subject.get(sent.subject)

    def sent_at_most_once(self) -> Iterator[str]:
        """Look at what followers have."""
        yield from self._nobody_twice()
        times = Counter(self.identity(job) for job in self._jobs)
        for identity, count in times.items():
            if identity is None:
                yield "something was sent that is in no campaign"
            elif count > 1:
                yield f"{identity} was sent {count} times: it was sent {[j.subject for j in self._jobs]}"
        for subject in self._copies:
            # Editions say the same on purpose.
            names = {
                name_of(c)
                for c in map(self._campaign_of, self._jobs)
                if c and subject_of(c) == subject
            }
            if len(names) > 1:
                yield f"{subject} went out under the names {sorted(names)}"
        for job in self._jobs:
            campaign = self._campaign_of(job)
            if campaign and job.client_msg_id is not None:
                name = documented_id(
                    campaign.appid, name_of(campaign), campaign.edition, _batch(job.openids)
                )
                if job.client_msg_id != name:
                    yield f"the clientmsgid of {job.subject} is not the documented one"

    def _nobody_twice(self) -> Iterator[str]:
        """Look at openids one by one: batches may be cut in one way and then in another."""
        times: Counter[tuple[str, int, str]] = Counter()
        for job in self._jobs:
            campaign = self._campaign_of(job)
            times.update(
                (name_of(campaign), campaign.edition, openid) for openid in job.openids if campaign
            )
        for (name, _, openid), count in times.items():
            if count > 1:
                yield f"{openid} got {name} {count} times"

    def one_version_each(self) -> Iterator[str]:
        """Look at what an edition became: one message for all of its batches, and no edition below one that went out.

        Whoever has a part of a list has it once, also where its edition is raised before the rest of it went out.
        """
        sent: dict[tuple[str, int], MassJob] = {}
        got: dict[str, dict[int, set[str]]] = {}
        for job in self._jobs:
            campaign = self._campaign_of(job)
            if campaign is None:
                continue
            first = sent.setdefault((name_of(campaign), campaign.edition), job)
            # What a person made by hand of what was refused, nobody knows.
            contents = [
                content for each in (first, job) if (content := self._content(each)) is not None
            ]
            if first.subject != job.subject or contents[:1] != contents[-1:]:
                yield f"edition {campaign.edition} of {name_of(campaign)} went out in two versions"
            editions = got.setdefault(name_of(campaign), {})
            if job.client_msg_id is not None and any(
                edition > campaign.edition for edition in editions
            ):
                yield f"edition {campaign.edition} of {name_of(campaign)} went out after edition {max(editions)}"
            people = set(job.openids)
            for edition, reached in editions.items():
                if job.client_msg_id is None or edition >= campaign.edition:
                    continue  # A person sent it by hand, to whom they wanted.
                if people & reached and not self._whole(name_of(campaign), edition, reached):
                    yield f"{sorted(people & reached)} got {name_of(campaign)} again, of whose list others got nothing"
            editions.setdefault(campaign.edition, set()).update(people)

    def _content(self, job: MassJob) -> Any:
        return [_comparable(each, self._wechat) for each in job.articles] if job.articles else None

    def _whole(self, name: str, edition: int, reached: set[str]) -> bool:
        """Say whether everybody of a list of an edition was reached."""
        named = [c for c in self._campaigns if (name_of(c), c.edition) == (name, edition)]
        return any(
            {openid for batch in _batches(each) for openid in batch} <= reached for each in named
        )

    def requests(self) -> Iterator[str]:
        """Look at every request for a send, in turn."""
        doubts: dict[Identity | None, _Doubt] = {}
        known: set[str] = set()
        for departure in _sends(self._wechat):
            campaign = next(
                (c for c in departure.rules.approved if subject_of(c) == departure.subject), None
            )
            if campaign is None:
                yield f"a send of {departure.subject} left, which nobody approved"
            else:
                yield from _in_its_window(departure, campaign)
                yield from _to_its_audience(departure, campaign, self._wechat.tags_meant)
                yield from self._as_approved(departure, campaign, known)
            if departure.run > self._wechat.told_sent.get(
                (departure.subject, departure.openids), departure.run
            ):
                yield f"{departure.subject} was sent again after a person said that it was sent"
            known.add(departure.subject)
            identity = self.identity(departure)
            doubts = {
                each: d
                for each, d in doubts.items()
                if each == identity or not self._was_known(each, departure)
            }
            yield from _repeated_with_care(departure, doubts, identity)
            if departure.answer in ("accepted", "known"):
                doubts.pop(identity, None)
            elif departure.answer == "unclear":
                doubts.setdefault(identity, _Doubt()).requests.append(departure)
        yield from _slowly(_sends(self._wechat))
        yield from _to_nobody(_sends(self._wechat))
        for run, dead in Counter(
            d.run for d in _sends(self._wechat) if d.answer == "token dead"
        ).items():
            if dead > 2:
                yield f"{dead} requests of run {run} left with a dead token"

    def _was_known(self, identity: Identity | None, departure: Departure) -> bool:
        """Say whether an acceptance was on record before the attempt of a request.

        A runner that stood still may write it down behind the doubt of another one, which asked after it.
        """
        if identity is None:
            return False
        name, edition, openids = identity
        asked = {
            each["serial"] for each in self._attempts if each.get("batch", 1) == _batch(openids)
        }
        of_it = [e for e in self._accepted if (e["campaign"], e["edition"]) == (name, edition)]
        told = [e["serial"] for e in of_it if e["attempt"] in asked]
        named = json.loads(departure.request)["clientmsgid"]
        mine = [
            e["serial"]
            for e in self._attempts
            if e["client_msg_id"] == named and _at(e) <= departure.at
        ]
        return bool(told and mine) and min(told) < mine[-1]

    def _as_approved(
        self, departure: Departure, campaign: RenderedCampaign, known: set[str]
    ) -> Iterator[str]:
        if not isinstance(campaign.message, NewsMessage):
            return  # Its words are what it is recognised by.
        if departure.draft is None:
            # An earlier request may have consumed it, or a run that died and so cannot know whether it made one.
            if departure.subject not in known and not self._is_repetition(departure):
                yield f"a send of {departure.subject} left, and its draft was gone"
        else:
            approved = _approved(campaign.message.articles)
            if approved != [_comparable(each, self._wechat) for each in departure.draft]:
                yield f"the draft of {departure.subject} is not what was approved when it was sent"

    def _is_repetition(self, departure: Departure) -> bool:
        """Say whether the ledger has an attempt at it before that of this request."""
        named = json.loads(departure.request)["clientmsgid"]
        return (
            sum(
                each["client_msg_id"] == named and _at(each) <= departure.at
                for each in self._attempts
            )
            > 1
        )


def name_of(campaign: RenderedCampaign) -> str:
    """Give the first name that a campaign had, under which it is the same campaign for ever."""
    return campaign.first_name or campaign.name


def subject_of(campaign: RenderedCampaign) -> str:
    """Give what a message is recognised by."""
    if isinstance(campaign.message, NewsMessage):
        return campaign.message.articles[0].title
    if isinstance(campaign.message, VoiceMessage):
        return str(campaign.message.file)
    return campaign.message.content


def _sends(wechat: SimWeChat) -> list[Departure]:
    return [each for each in wechat.departures if each.recipient is None]


def _approved(articles: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Take what was approved of articles; WeChat keeps a digest only where an article is alone."""
    alone = len(articles) == 1
    return [
        (
            each.title,
            each.author,
            each.digest if alone else "",
            each.content,
            each.cover,
            each.pic_crop_1_1 or "",
        )
        for each in articles
    ]


def _comparable(article: DraftArticle, wechat: SimWeChat) -> tuple[Any, ...]:
    """Name the cover and the pictures of a draft by their bytes, whichever of their uploads it shows."""
    cover, content = (
        wechat.uploaded.get(article.thumb_media_id, article.thumb_media_id),
        article.content,
    )
    for url, sha256 in wechat.images.items():
        content = content.replace(url, f"massctl-picture:{sha256}")
    return article.title, article.author, article.digest, content, cover, article.pic_crop_1_1


_LED_TO: Final = re.compile(r"https://([\w.-]+)")
UNSURE: Final = timedelta(seconds=122)
"""The clocks may differ by two minutes, and a permit may be used two seconds after its look."""


def _in_its_window(departure: Departure, campaign: RenderedCampaign) -> Iterator[str]:
    if not departure.allowed:
        yield f"a send left at {departure.at} under the kill switch"
    if not departure.judged:
        yield f"a send left at {departure.at}, and its files are not those that were judged"
    if not departure.rules.is_approved:
        yield f"a send of {departure.subject} left, and nobody approved its merge"
    hosts = set(_LED_TO.findall(departure.subject))
    if departure.rules.hosts is not None and hosts - departure.rules.hosts:
        yield f"a send of {departure.subject} left, which leads where the policy refuses it"
    window = campaign.window
    if (
        window is not None
        and departure.true_at is not None
        and departure.true_at > window.not_after + UNSURE
    ):
        yield f"a send left at {departure.true_at} by WeChat's clock, after the window"
    if window is None and campaign.name not in departure.rules.named:
        yield f"a send of {campaign.name} left, which has no window and was not named"
    if window is not None and not window.not_before <= departure.at <= window.not_after:
        yield f"a send left at {departure.at}, outside the window"
    local = departure.at.astimezone(BEIJING)
    quiet = departure.rules.quiet
    if quiet is not None and quiet[0] <= local.hour * 60 + local.minute < quiet[1]:
        yield f"a send left at {departure.at}, in quiet hours"
    if local.date().isoformat() in departure.rules.frozen_days:
        yield f"a send left at {departure.at}, on a frozen day"


def _to_its_audience(
    departure: Departure, campaign: RenderedCampaign, meant: dict[str, int]
) -> Iterator[str]:
    tag, count = departure.audience
    approved = (
        campaign.audience.tag_id if campaign.audience.tag is None else meant[campaign.audience.tag]
    )
    if campaign.openid_list is not None and departure.openids not in OPENIDS.departures(
        campaign.openid_list.sha256
    ):
        yield f"a send to {departure.openids} left, and that is no batch of the list"
    if campaign.openid_list is None and departure.openids:
        yield f"a send to {departure.openids} left, and no list was approved"
    if tag != approved:
        yield f"a send to tag {tag} left, and tag {approved} was approved"
    if campaign.audience.tag is not None and departure.tag_name != campaign.audience.tag:
        yield f"a send to tag {tag} left, which is called {departure.tag_name} and not {campaign.audience.tag}"
    expect = campaign.audience.expect
    low, high = (expect.min, expect.max) if expect else (None, None)
    if not count or count < (low or 1) or (high is not None and count > high):
        yield f"a send to {count} followers left, which are not as many as were approved"


def _repeated_with_care(
    departure: Departure, doubts: dict[Identity | None, _Doubt], identity: Identity | None
) -> Iterator[str]:
    for other, doubt in doubts.items():
        if other != identity and doubt.requests and doubt.requests[-1].appid == departure.appid:
            yield f"a send of {identity} left while nobody knew whether {other} was sent"
    asked = doubts[identity].requests if identity in doubts else []
    if not asked:
        return
    if departure.request != asked[-1].request:
        yield f"{departure.subject} was repeated with another request"
    if departure.at - asked[-1].at < MINUTE and not departure.rules.stands_still:
        yield f"{departure.subject} was repeated {departure.at - asked[-1].at} after a request without clear answer"
    if departure.at - asked[0].at > PATIENCE:
        yield f"{departure.subject} was repeated {departure.at - asked[0].at} after its first request"
    if departure.rules.never_repeats:
        yield f"{departure.subject} was repeated under `in_doubt: stop`"
    if asked[0].run != departure.run and any(each.run == departure.run for each in asked):
        yield f"{departure.subject} was repeated twice in a run that found it in doubt"
    of_this_run = [each for each in asked if each.run == departure.run]
    if of_this_run and not departure.rules.waits:
        yield f"{departure.subject} was repeated in a run with --no-wait"
    if len(of_this_run) > 1:
        yield f"{departure.subject} was repeated {len(of_this_run)} times in one run"


def _slowly(sends: Sequence[Departure]) -> Iterator[str]:
    """Look at what follows a 45011: no send of the account in that minute, and one more try of it in that run."""
    for number, departure in enumerate(sends):
        if departure.answer != "too fast":
            continue
        after = sends[number + 1 :]
        if after and after[0].at - departure.at < MINUTE and not departure.rules.stands_still:
            yield f"{after[0].subject} left {after[0].at - departure.at} after WeChat asked for a slower pace"
        again = [
            d
            for d in after
            if (d.run, d.subject, d.openids)
            == (departure.run, departure.subject, departure.openids)
        ]
        if again and not departure.rules.waits:
            yield f"{departure.subject} was asked for again after 45011 in a run with --no-wait"
        if sum(each.answer == "too fast" for each in again) > 1:
            yield f"{departure.subject} was asked for a third time in a run that was told 45011 twice"


def _to_nobody(sends: Sequence[Departure]) -> Iterator[str]:
    """Look for a fifth send of a month to the same tag, or to everybody: WeChat takes it and delivers it to nobody.

    Whoever asks once more for a job that was accepted is told yes again (45065), and nobody gets anything for it.
    """
    reached: Counter[tuple[str, int | None]] = Counter()
    told: set[str] = set()
    for send in sends if len(sends) > REACHED_A_MONTH else ():
        named = json.loads(send.request)["clientmsgid"]
        if send.answer in ("accepted", "known") and not send.openids and named not in told:
            told.add(named)
            key = send.at.astimezone(BEIJING).strftime("%Y-%m"), send.audience[0]
            reached[key] += 1
            if reached[key] > REACHED_A_MONTH:
                yield f"{send.subject} was the {reached[key]}th of its month to the same followers, who do not get it"


def _previewed_at_most_once(wechat: SimWeChat) -> Iterator[str]:
    """A preview that WeChat plainly refused reached nobody and may be asked for again."""
    shown = Counter(
        (departure.recipient, departure.subject)
        for departure in wechat.departures
        if departure.recipient is not None and not departure.refused
    )
    for (recipient, subject), times in shown.items():
        if times > 1:
            yield f"{recipient} was asked to look at {subject} {times} times"


def _nothing_that_nobody_could_look_at(wechat: SimWeChat) -> Iterator[str]:
    """Nobody sits at these runs, and a run takes no time before its first attempt."""
    for send in _sends(wechat):
        if not send.wants_a_look:
            continue
        shown = [
            each.at
            for each in wechat.departures
            if each.recipient is not None and each.subject == send.subject
        ]
        if not any(at < send.at for at in shown):
            yield f"a send of {send.subject} left at {send.at}, and nobody could look at it before"


def _ledger(situation: Situation, books: Books) -> Iterator[str]:
    """Look at the ledger's bytes: whole, grown, one attempt for each request, and no claim that WeChat denies."""
    content = situation.disk.content or b""
    if not content.startswith(situation.disk.promised):
        yield "an entry that was durable is gone from the ledger"
    if situation.disk.careless:
        yield "what was learnt of a send was written and not flushed"
    lines = entries_of(content)
    if any(each["type"] == "unreadable" for each in lines):
        yield "a line of the ledger cannot be read"
        return
    yield from _chain(content, lines)
    yield from _attempted_again(lines)
    yield from _raised_between_two_ends(lines)
    yield from _explained(lines)
    attempts = [each for each in lines if each["type"] == "send_attempted"]
    sends = _sends(situation.wechat)
    if len(sends) > len(attempts):
        yield f"{len(sends)} requests left, and the ledger knows of no attempt for {len(sends) - len(attempts)}"
    yield from _named_as_approved(sends, attempts)
    if sends and attempts and min(_at(each) for each in attempts) > sends[0].at:
        yield "a request left before its attempt was on record"
    yield from _claims(situation.wechat, lines)


def _named_as_approved(
    sends: Sequence[Departure], attempts: Sequence[dict[str, Any]]
) -> Iterator[str]:
    """Look whether the newest request is of the version that its attempt names, which its run had in its files."""
    for send in sends[-1:]:
        named = json.loads(send.request)["clientmsgid"]
        mine = [
            each for each in attempts if each["client_msg_id"] == named and _at(each) <= send.at
        ]
        digests = {
            campaign.digest
            for campaign in send.rules.approved
            if subject_of(campaign) == send.subject
        }
        if mine and digests and mine[-1]["digest"] not in digests:
            yield f"{send.subject} left, and its attempt names another version"


_ONCE: Final = {
    "send_accepted": "attempt",
    "send_rejected": "attempt",
    "image_uploaded": "url",
    "material_added": "media_id",
    "draft_saved": "media_id",
}
"""Type of an entry -> what it tells of once, ever."""


def _attempted_again(lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Look for an attempt behind the acceptance of its batch."""
    batches = {
        e["serial"]: (e["campaign"], e["edition"], e.get("batch", 1))
        for e in lines
        if e["type"] == "send_attempted"
    }
    accepted: set[tuple[str, int, int]] = set()
    for each in lines:
        if each["type"] == "send_attempted" and batches[each["serial"]] in accepted:
            yield f"{each['campaign']} was attempted again after its acceptance was on record"
        if each["type"] == "send_accepted":
            accepted.add(batches[each["attempt"]])
    told = Counter(
        (e["type"], e[what]) for e in lines if (what := _ONCE.get(e["type"])) is not None
    )
    for (kind, what), times in told.items():
        if times > 1:
            yield f"{kind} {what} is on record {times} times"


def _raised_between_two_ends(lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Look for an attempt at an edition above one of whose job two ends were told, before a person has spoken."""
    ends: dict[tuple[str, int], set[str]] = {}
    for each in lines:
        match each:
            case {
                "type": "job_status",
                "status": "sent" | "failed" as end,
                "campaign": name,
                "edition": edition,
            }:
                ends.setdefault((name, edition), set()).add(end)
            case {"type": "send_settled", "campaign": name, "edition": edition}:
                ends.pop((name, edition), None)
            case {"type": "send_attempted", "campaign": name, "edition": edition}:
                if any(
                    of[0] == name and of[1] < edition and len(told) > 1 for of, told in ends.items()
                ):
                    yield f"edition {edition} of {name} was attempted while nobody knew how an earlier one ended"


def _explained(lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Look for an acceptance learnt from 45065 that no earlier request of ours explains, and for its repetition."""
    tried: dict[int, str] = {}
    ruled_out: set[int] = set()
    named: set[tuple[str, int]] = set()
    for each in lines:
        of = each["campaign"], each["edition"]
        match each:
            case {"type": "send_attempted", "serial": serial, "client_msg_id": id_}:
                if of in named:
                    yield f"{each['campaign']} was attempted again after 45065 that nothing explains"
                tried[serial] = id_
            case {"type": "send_rejected", "attempt": attempt}:
                ruled_out.add(attempt)
            case {"type": "send_in_doubt", "attempt": attempt, "errcode": 45065 | 45066 as code}:
                ruled_out.add(attempt)
                named |= {of} if code == 45065 else set()
            case {"type": "send_settled"}:
                named.discard(of)
            case {"type": "send_accepted", "attempt": attempt, "duplicate": True}:
                others = {
                    serial
                    for serial, id_ in tried.items()
                    if serial < attempt and id_ == tried[attempt]
                }
                if not others - ruled_out:
                    yield f"{each['campaign']} is on record as accepted by 45065, and no request of ours explains that"


def _chain(content: bytes, lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    prev = "sha256:" + "0" * 64
    for serial, (line, entry) in enumerate(zip(content.split(b"\n"), lines, strict=False), 1):
        if entry["serial"] != serial or entry["prev"] != prev:
            yield f"entry {serial} of the ledger does not follow from the line before"
        prev = "sha256:" + hashlib.sha256(line).hexdigest()


def _claims(wechat: SimWeChat, lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    for entry in lines:
        match entry:
            case {"type": "send_accepted", "msg_id": msg_id}:
                of, accounts = (entry["campaign"], entry["edition"]), (APPID, OTHER_APPID)
                named = {
                    documented_id(appid, *of, batch) for appid in accounts for batch in range(1, 4)
                }
                if not any(
                    job.msg_id == msg_id and job.client_msg_id in named for job in wechat.jobs
                ):
                    yield f"the ledger says that {entry['campaign']} {entry['edition']} was accepted as job {msg_id}"
            case {"type": "previewed", "outcome": "sent", "recipient": recipient}:
                if all(recipient != seen for seen, _ in wechat.delivered_previews):
                    yield f"the ledger says that {recipient} has the preview"
            case {"type": "draft_saved", "media_id": media_id}:
                if media_id not in wechat.named:
                    yield f"the ledger says that draft {media_id} was saved"
            case {"type": "material_added", "media_id": media_id}:
                if not media_id.startswith("MATERIAL_"):
                    yield f"the ledger says that material {media_id} was added"


def _at(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])
