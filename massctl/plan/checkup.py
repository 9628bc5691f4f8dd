"""What `massctl doctor` judges without a request: credential, ledger, open sends, windows, rules, allowance, clock."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from massctl.model.diagnostics import Check, Finding, Level, has_errors
from massctl.model.ids import AccountName, AppId, short_key
from massctl.model.message import SHORT_WINDOW, RenderedCampaign
from massctl.model.phrase import BEIJING, Command, Phrase, in_a_row, moment
from massctl.model.send import HOLD_CODES
from massctl.model.state import FINAL, Attempt, HeldLease, State, Status, held_until, lease_words
from massctl.plan.brake import kill_switch, stopped_accounts, tip_refusal
from massctl.plan.guards import PolicyInForce, Skew, how_to_do, left_to_do, skew_refusal
from massctl.plan.lease import LocalRunner, heartbeat_words, lease_hint
from massctl.plan.retry_policy import settle
from massctl.plan.window import WindowState

if TYPE_CHECKING:
    from massctl.model.settings import Account
    from massctl.plan.plan import Plan, PlannedCampaign
    from massctl.plan.quota import AccountAhead
    from massctl.plan.steps import Refusal


def to_set(name: str) -> Phrase:
    """Return the advice to set a variable."""
    return Phrase(
        "export {name}=…; on GitHub: a line {name}=… of the environment's secret MASSCTL_SECRETS",
        name=name,
    )


def secret_to_set(name: str) -> Phrase:
    """Return the advice to set an AppSecret, and where to find it."""
    return Phrase(
        "export {name}=…   (微信开发者平台 / 我的业务 / the account / 基础信息 / 开发密钥 gives it out once); "
        "on GitHub: a line {name}=… of the environment's secret MASSCTL_SECRETS",
        name=name,
    )


def proxy_to_set(name: str) -> Phrase:
    """Return the advice to set a proxy's address."""
    return Phrase(
        "export {name}=http://proxy.example:3128; on GitHub: a line {name}=… of the environment's secret "
        "MASSCTL_SECRETS",
        name=name,
    )


WINDOWS_TOLD = 20
"""Campaigns whose windows are told one by one; more are told as a number."""
ALARM_FOR = timedelta(days=3)
"""So long a missed window is an alarm: over a weekend. After that it is history, which `doctor` still tells."""
APPLY_LATE = timedelta(minutes=20)
"""So long an open window may go without a send before somebody is called: a queue, a staging, a wait in doubt."""
HANDOFF_AHEAD = timedelta(hours=6)
"""So long before a window opens an open hand-off is an alarm: half a working day, and no mail each hour for days."""

_APP_SECRET = re.compile(r"[0-9a-f]{32}", re.ASCII)
"""What WeChat gives out. Source: WeChat docs, "基本配置", read 2026-10 (by example)."""


def secret_finding(account: AccountName, variable: str, value: str, *, loopback: bool) -> Finding:
    """Judge the AppSecret by its look; it is in no finding. A sandbox on loopback may take any."""

    def found(level: Level, message: Phrase, hint: str = "") -> Finding:
        return Finding(Check.CREDENTIAL, level, message, hint, account)

    again = secret_to_set(variable)
    if not value.strip():
        return found(
            Level.PROBLEM, Phrase("the environment variable {name} is empty", name=variable), again
        )
    if value.split() != [value]:
        return found(
            Level.PROBLEM,
            Phrase(
                "{name} contains a blank or a line end, which an AppSecret never has", name=variable
            ),
            again,
        )
    if not loopback and not _APP_SECRET.fullmatch(value):
        return found(
            Level.WARNING,
            Phrase(
                "{name} is set, but does not look like an AppSecret: 32 digits and letters a to f",
                name=variable,
            ),
            again,
        )
    return found(Level.OK, Phrase("{name} is set", name=variable))


def callback_finding(account: AccountName, declared: "Account") -> Finding | None:
    """Check how an account's events are told from those of others; None if nobody listens for its events."""
    callback = declared.callback
    if callback is None:
        return None
    say = Phrase("its events are not sealed: the Token alone signs them")
    if callback.component_appid is not None:
        say = Phrase(
            "the third-party platform {appid} seals its events, and {original_id} says which are its own",
            appid=callback.component_appid,
            original_id=declared.original_id or "original_id",
        )
    elif callback.aes_key_env is not None:
        say = Phrase("the seal proves which events are its own")
    return Finding(Check.CALLBACK, Level.OK, say, account=account)


def held_findings(held: Sequence[Phrase]) -> list[Finding]:
    """Tell of the ends of sends that wait in the spool for a change of massctl.yaml."""
    return [Finding(Check.CALLBACK, Level.WARNING, each) for each in held]


def ledger_finding(state: State, refusal: "Refusal | None") -> Finding:
    """Judge a ledger that could be read and verified; `refusal` says why it may not be trusted here."""
    if refusal is not None:
        return Finding(Check.LEDGER, Level.PROBLEM, refusal.message, refusal.hint)
    if state.lineage is None:
        return Finding(
            Check.LEDGER, Level.OK, Phrase("there is no ledger yet; the first apply begins it")
        )
    say = Phrase(
        "{lineage} verifies: realm {realm}, entries: {count}",
        lineage=state.lineage,
        count=state.serial,
        realm=state.realm,
    )
    if state.signing_key is not None:
        say = Phrase("{first}; {second}", first=say, second=_signed_by(state.signing_key))
    return Finding(Check.LEDGER, Level.OK, say)


def _signed_by(key: str) -> Phrase:
    return Phrase("signed by {key}", key=short_key(key))


def lease_findings(lease: HeldLease | None, here: LocalRunner, now: datetime) -> Iterator[Finding]:
    """Report the runner that alone sends, if there is one. A runner that stopped in this folder is a warning."""
    if lease is None:
        return
    say = Phrase("{first}; {second}", first=lease_words(lease), second=heartbeat_words(lease, here))
    hint = lease_hint(lease, here)
    if not here.is_quiet(lease, now):
        yield Finding(Check.LEASE, Level.OK, say, hint)
        return
    yield Finding(
        Check.LEASE,
        Level.WARNING,
        say,
        Phrase(
            "{first}; {second}",
            first=Phrase("start it again: {command}", command=Command("run")),
            second=hint,
        ),
    )


def open_sends(state: State) -> Iterator[Finding]:
    """Find the sends whose outcome is open; each keeps its account from sending anything else."""
    for record in state.records.values():
        if not record.is_in_doubt:
            continue
        if (until := held_until(record)) is not None:
            yield Finding(
                Check.LEDGER,
                Level.WARNING,
                Phrase(
                    "{name} waits for the administrator until {until}; its account sends nothing else until then",
                    name=record.campaign,
                    until=moment(until.astimezone(BEIJING)),
                ),
                Phrase(
                    "let the administrator (管理员) answer in WeChat, then: {command}",
                    command=Command("apply", record.campaign),
                ),
            )
        else:
            yield Finding(
                Check.LEDGER,
                Level.PROBLEM,
                Phrase(
                    "nobody knows whether {name} was sent; its account sends nothing else",
                    name=record.campaign,
                ),
                settle(record.campaign),
            )


def sending_finding(rules: "PolicyInForce") -> Finding:
    """Return whether a kill switch is thrown, or this is not the commit that sends."""
    alone = iter(stopped_accounts(rules.tip).values())
    refusal = (
        kill_switch(rules.policy, no_send=rules.no_send)
        or tip_refusal(rules.tip)
        or next(alone, None)
    )
    if refusal is not None:
        return Finding(Check.SENDING, Level.WARNING, refusal.message, refusal.hint)
    return Finding(Check.SENDING, Level.OK, Phrase("no kill switch is thrown"))


def campaigns_finding(plan: "Plan") -> Finding:
    """Count the campaigns with faults."""
    faulty = sum(has_errors(each.diagnostics) for each in plan.campaigns)
    if faulty:
        return Finding(
            Check.CAMPAIGNS,
            Level.PROBLEM,
            Phrase("campaigns with faults: {count}", count=faulty),
            Phrase("{command}   shows every fault of every file", command=Command("validate")),
        )
    return Finding(
        Check.CAMPAIGNS,
        Level.OK,
        Phrase("campaigns without a fault: {count}", count=len(plan.campaigns)),
    )


def window_findings(plan: "Plan") -> list[Finding]:
    """Find campaigns that were not sent in their windows, and due campaigns that are refused."""
    told = [(each, found) for each in plan.campaigns if (found := _window(each)) is not None]
    shown = [found for _, found in told[:WINDOWS_TOLD]]
    if len(told) > len(shown):
        shown.append(
            Finding(
                Check.WINDOWS,
                Level.WARNING,
                Phrase("more windows like these: {count}", count=len(told) - len(shown)),
                Phrase("{command}   shows them all", command=Command("plan")),
            )
        )
    return shown or [
        Finding(
            Check.WINDOWS,
            Level.OK,
            Phrase("no window was missed, and no campaign with an open window is refused"),
        )
    ]


def short_windows(plan: "Plan") -> Iterator[Finding]:
    """Find windows that GitHub Actions may miss."""
    for each in plan.campaigns:
        window = each.rendered.window if each.rendered is not None else None
        if window is None or each.status in FINAL or each.window is WindowState.EXPIRED:
            continue
        if window.is_short:
            yield Finding(
                Check.WINDOWS,
                Level.WARNING,
                Phrase(
                    "the window of {name} is {minutes} minutes long, and GitHub may begin a run an hour late",
                    name=each.name,
                    minutes=window.minutes,
                ),
                Phrase(
                    "give it {least} minutes or more in campaign.yaml, or send from a machine of your own",
                    least=SHORT_WINDOW // timedelta(minutes=1),
                ),
                _account(each),
            )


def alarms(plan: "Plan", state: State, now: datetime) -> list[Finding]:
    """List what a person must hear of unasked: sends in doubt, and windows that pass.

    A missed window is reported for ALARM_FOR, an open one after apply should have run.
    """
    windows = [
        found
        for each in plan.campaigns
        if (found := _window(each)) is not None and _is_alarming(each, now)
    ]
    return [*open_sends(state), *windows]


def _is_alarming(planned: "PlannedCampaign", now: datetime) -> bool:
    window = planned.rendered.window if planned.rendered is not None else None
    if window is None:
        return True
    if planned.window is WindowState.EXPIRED:
        return now - window.not_after <= ALARM_FOR
    if planned.window is WindowState.WAITING:
        return window.not_before - now <= HANDOFF_AHEAD
    return bool(planned.refusals) or now - window.not_before >= APPLY_LATE


def _window(planned: "PlannedCampaign") -> Finding | None:
    missed = planned.window is WindowState.EXPIRED
    if planned.status in FINAL or (missed and planned.status is Status.IN_DOUBT):
        return None  # What is in doubt is told as such, with what settles it.
    if missed:
        return Finding(
            Check.WINDOWS,
            Level.WARNING,
            Phrase("the window of {name} has closed, and it was not sent", name=planned.name),
            Phrase(
                "to send it after all, give it a new window in campaign.yaml and have that reviewed"
            ),
            _account(planned),
        )
    if planned.window is WindowState.WAITING:
        return _by_hand(planned)
    if planned.window is not WindowState.DUE:
        return None
    for refusal in planned.refusals:
        return Finding(
            Check.WINDOWS,
            Level.PROBLEM,
            Phrase(
                "the window of {name} is open, and its send is refused ({guard}): {why}",
                name=planned.name,
                guard=refusal.guard.value,
                why=refusal.message,
            ),
            refusal.hint,
            _account(planned),
        )
    return Finding(
        Check.WINDOWS,
        Level.WARNING,
        Phrase("the window of {name} is open, and it is not sent yet", name=planned.name),
        Command("apply", planned.name),
        _account(planned),
    )


def _by_hand(planned: "PlannedCampaign") -> Finding | None:
    left = left_to_do(planned.handoff, planned.status)
    window = planned.rendered.window if planned.rendered else None
    if not left or window is None:
        return None
    return Finding(
        Check.WINDOWS,
        Level.WARNING,
        Phrase(
            "the window of {name} opens at {at}, and until then somebody must do this in the console: {items}",
            name=planned.name,
            at=moment(window.not_before),
            items=in_a_row(left),
        ),
        how_to_do(planned.name),
        _account(planned),
    )


def _account(planned: "PlannedCampaign") -> AccountName | None:
    return AccountName(planned.account) if planned.account is not None else None


def allowance_finding(
    account: AccountName, appid: AppId, state: State, ahead: "Sequence[AccountAhead]", now: datetime
) -> Finding:
    """Report the allowance of this day or month, and where its numbers come from."""
    imported = len(state.website_sends.get(appid, []))
    assumed = Phrase(
        "no API reports sends in the console, and they count too; {count} are recorded: {command}",
        count=imported,
        command=Command("state import", "--website-send AT"),
    )
    spans = [span for each in ahead if each.account == account for span in each.spans]
    for span in spans:
        if span.of == "sends" and span.first == span.unit.of(now):
            left = max(0, span.limit - span.used)
            return Finding(
                Check.ALLOWANCE,
                Level.OK if left else Level.WARNING,
                Phrase(
                    "{left} of {limit} sends left in the {unit} from {first}, according to the ledger",
                    left=left,
                    limit=span.limit,
                    unit=Phrase("day") if span.unit.value == "day" else Phrase("month"),
                    first=span.first.isoformat(),
                ),
                assumed,
                account,
            )
    return Finding(
        Check.ALLOWANCE,
        Level.OK,
        Phrase("nothing of it is used or needed now, according to the ledger"),
        assumed,
        account,
    )


def protection_finding(account: AccountName, appid: AppId, state: State) -> Finding:
    """Report what is known of API 群发保护. No API tells; a send that was held shows it."""
    hint = Phrase(
        "设置与开发 / 安全中心 / 风险操作保护 in 微信公众平台 (mp.weixin.qq.com): if API 群发保护 is on,"
        " the administrator (管理员) must confirm each send to everybody within 30"
        " minutes"
    )
    held = [
        r.campaign
        for r in state.records.values()
        if r.appid == appid and any(_was_held(a) for a in r.attempts)
    ]
    if held:
        return Finding(
            Check.PROTECTION,
            Level.OK,
            Phrase("API 群发保护 is on, or was when {name} was sent", name=held[-1]),
            hint,
            account,
        )
    return Finding(
        Check.PROTECTION,
        Level.UNKNOWN,
        Phrase("no API shows whether API 群发保护 is on"),
        hint,
        account,
    )


def _was_held(attempt: Attempt) -> bool:
    return attempt.doubt is not None and attempt.doubt.errcode in HOLD_CODES


def clock_finding(account: AccountName, skew: Skew | None, *, sandbox: bool) -> Finding:
    """Compare the clocks, as far as WeChat's answers told its own."""
    if sandbox:
        return Finding(
            Check.CLOCK, Level.OK, Phrase("this run uses the sandbox's clock"), account=account
        )
    if skew is None:
        return Finding(
            Check.CLOCK,
            Level.UNKNOWN,
            Phrase(
                "not compared: WeChat's clock is known only from its answers, and there was none"
            ),
            account=account,
        )
    refusal = skew_refusal(skew)
    if refusal is not None:
        return Finding(Check.CLOCK, Level.PROBLEM, refusal.message, refusal.hint, account)
    return Finding(
        Check.CLOCK,
        Level.OK,
        Phrase(
            "this machine's clock agrees with WeChat's: the difference is at least {seconds} s",
            seconds=round(abs(skew.seconds)),
        ),
        account=account,
    )


def needs_of(campaigns: Iterable[RenderedCampaign]) -> frozenset[Check]:
    """List the rights that campaigns need."""
    needs: set[Check] = set()
    for each in campaigns:
        named = each.audience.tag_id is not None or each.audience.tag is not None
        tagged = named or each.is_by_tag
        listed = each.openid_list is not None and not each.is_by_tag
        needs |= {
            check
            for check, needed in (
                (Check.MASS_SEND, not listed),
                (Check.MASS_SEND_OPENIDS, listed),
                (Check.DRAFTS, each.message.has_draft),
                (Check.MATERIALS, any(file.purpose.is_material for file in each.files)),
                (Check.TAGS, tagged),
                (Check.PREVIEWS, bool(each.recipients)),
                (Check.COMMENTS, any(part.need_open_comment for part in each.message.commented)),
            )
            if needed
        }
    return frozenset(needs)
