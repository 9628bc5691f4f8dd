"""From a session to what `massctl doctor` finds: the repository, the accounts' settings, and what WeChat says of them.

Nothing is recorded, and no call has an effect. What cannot be checked is a finding too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from massctl.apply.checkup_probe import CheckedAccount, probe
from massctl.apply.outcome import what_happened
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.places import API_BASE_VARIABLE
from massctl.cli.planning import planned
from massctl.cli.proxies import proxy_finding
from massctl.cli.recorded import ledger_refusal, refuse_fleeting_ledger, sharing_refusal
from massctl.cli.session import Session
from massctl.cli.side_by_side import side_by_side
from massctl.errors import ConfigurationError, LedgerError
from massctl.model.diagnostics import Check, Diagnostic, Finding, Level
from massctl.model.ids import AccountName, AppId
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.plan.checkup import (
    allowance_finding,
    campaigns_finding,
    clock_finding,
    ledger_finding,
    needs_of,
    open_sends,
    protection_finding,
    secret_finding,
    sending_finding,
    to_set,
    window_findings,
)
from massctl.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class CheckUp:
    """Everything that was found: of the repository first, then account by account."""

    findings: tuple[Finding, ...]

    def exit_status(self) -> int:
        """Give 1 where anything is a problem."""
        found = any(each.level is Level.PROBLEM for each in self.findings)
        return ExitStatus.FAILED if found else ExitStatus.DONE


def examined(session: Session, warnings: list[Diagnostic]) -> CheckUp:
    """Look at everything that a send depends on. Raises ConfigurationError for a massctl.yaml that cannot be used."""
    state, plan, findings = _repository(session, warnings)
    accounts = [AccountName(name) for name in session.settings.accounts]
    settings = {account: list(_settings(session, account)) for account in accounts}
    rendered = [each.rendered for each in plan.campaigns if each.rendered is not None] if plan else []
    asked = probe([_checked(session, each, settings[each], rendered) for each in accounts], side_by_side)
    for account in accounts:
        skew = session.skew(account)
        appid = AppId(session.settings.accounts[account].appid)
        findings += settings[account]
        findings += [each for each in asked if each.account == account]
        findings.append(clock_finding(account, skew, sandbox=session.sandbox is not None))
        findings.append(protection_finding(account, appid, state))
        if plan is not None:
            findings.append(allowance_finding(account, appid, state, plan.ahead, session.clock.now()))
    return CheckUp(tuple(findings))


def _repository(session: Session, warnings: list[Diagnostic]) -> tuple[State, Plan | None, list[Finding]]:
    """Look at ledger, campaigns, windows and kill switch; without a ledger that can be read there is no plan."""
    findings = [*_spare_hosts(session), *_notify(session), sending_finding(session.rules_now(session.rules(())))]
    try:
        state = session.read_state(session.ledger())
    except LedgerError as error:
        unread = Finding(Check.LEDGER, Level.PROBLEM, what_happened(error), error.hint)
        later = [*([Check.GIT] if session.in_git else []), Check.CAMPAIGNS, Check.WINDOWS, Check.ALLOWANCE]
        say = Phrase("not checked: the ledger cannot be read")
        return State(), None, [unread, *findings, *(Finding(each, Level.UNKNOWN, say) for each in later)]
    accounts = list(session.settings.accounts)
    refusal = ledger_refusal(session, state, accounts)
    if refusal is None and state.lineage is not None:
        refusal, _ = sharing_refusal(session, state, accounts)
    ledger = [ledger_finding(state, refusal)]
    try:
        refuse_fleeting_ledger(session)
    except LedgerError as error:
        ledger.append(Finding(Check.LEDGER, Level.PROBLEM, what_happened(error), error.hint))
    plan = planned(session, (), warnings).plan
    return (
        state,
        plan,
        [*ledger, *_git(session), *open_sends(state), *findings, campaigns_finding(plan), *window_findings(plan)],
    )


def _git(session: Session) -> Iterator[Finding]:
    """Look whether the ledger's branch, which was read, can be pushed to; nothing is."""
    if not session.in_git:
        return
    ledger = session.git_ledger()
    refusal = ledger.store.refusal()
    if refusal is not None:
        yield Finding(Check.GIT, Level.PROBLEM, what_happened(refusal), refusal.hint)
    else:
        say = Phrase(
            "{branch} can be read, and pushed to; a rule that protects it shows only at a push", branch=ledger.where
        )
        yield Finding(Check.GIT, Level.OK, say)


def _spare_hosts(session: Session) -> Iterator[Finding]:
    """Find hosts that may be given a secret and that no account names: a permission that waits for a mistake."""
    used = {urlsplit(each.api_base).netloc.lower() for each in session.settings.accounts.values()}
    used |= {each.partition(":")[0] for each in used}
    for host in session.settings.policy.api_hosts:
        if host.lower() not in used:
            say = Phrase("policy.api_hosts lets the secret go to {host}, and no account's api_base names it", host=host)
            hint = Phrase("take it out of policy.api_hosts in massctl.yaml if nobody uses it")
            yield Finding(Check.API_HOST, Level.WARNING, say, hint)


def _notify(session: Session) -> Iterator[Finding]:
    """Look whether the channels' variables are set; nothing is posted."""
    for channel in session.settings.notify:
        for name in (channel.webhook_env, channel.signing_secret_env, channel.wecom_robot_env):
            if name is None:
                continue
            if session.realm() == "loopback":
                yield Finding(
                    Check.NOTIFY, Level.OK, Phrase("what would go to {name} stays on this machine", name=name)
                )
            elif (value := session.environment.get(name)) and name != channel.signing_secret_env:
                yield _address(name, value)
            elif value:
                yield Finding(Check.NOTIFY, Level.OK, Phrase("{name} is set", name=name))
            else:
                say = Phrase("the environment variable {name} is empty", name=name)
                yield Finding(Check.NOTIFY, Level.WARNING, say, to_set(name))


def _address(name: str, address: str) -> Finding:
    """Look at where a channel posts, without a request and without naming it: who has the address can post to it."""
    from massctl.notify.posting import unfit

    if (wrong := unfit(address)) is not None:
        say = Phrase("{name} is set, and nothing can be posted there: {why}", name=name, why=wrong)
        return Finding(Check.NOTIFY, Level.WARNING, say, to_set(name))
    say = Phrase("{name} is set; only a post shows whether it is taken", name=name)
    return Finding(Check.NOTIFY, Level.OK, say)


def _settings(session: Session, account: AccountName) -> Iterator[Finding]:
    """Judge what massctl.yaml and the environment say of an account."""
    declared = session.settings.accounts[account]
    yield _host(session, account)
    if session.sandbox:
        yield Finding(Check.CREDENTIAL, Level.OK, Phrase("not needed in the sandbox"), account=account)
        yield Finding(Check.PROXY, Level.OK, Phrase("not needed in the sandbox"), account=account)
        return
    if declared.secret_env is not None:
        value = session.environment.get(declared.secret_env, "")
        loopback = session.realm([account]) == "loopback"
        yield secret_finding(account, declared.secret_env, value, loopback=loopback)
    else:
        say = Phrase("token_command gives the token; it is run below, as every verb that calls WeChat runs it")
        yield Finding(Check.CREDENTIAL, Level.OK, say, account=account)
    yield proxy_finding(session, account)


def _host(session: Session, account: AccountName) -> Finding:
    """Say where the credential goes."""
    if session.sandbox:
        return Finding(
            Check.API_HOST, Level.OK, Phrase("requests stay in the sandbox, in this process"), account=account
        )
    host = urlsplit(session.api_base(account)).netloc
    say = Phrase("requests go to {host}", host=host)
    if session.environment.get(API_BASE_VARIABLE):
        hint = Phrase("unset {name} to let api_base count", name=API_BASE_VARIABLE)
        return Finding(Check.API_HOST, Level.WARNING, say, hint, account)
    added = [each for each in session.settings.policy.api_hosts if each.partition(":")[0] == host.partition(":")[0]]
    if added:
        say = Phrase("requests, and the secret in them, go to {host}, which policy.api_hosts allows", host=host)
    return Finding(Check.API_HOST, Level.OK, say, account=account)


def _checked(
    session: Session, account: AccountName, settings: list[Finding], campaigns: list[RenderedCampaign]
) -> CheckedAccount:
    """Make an account ready to be asked, unless its settings cannot work: a wrong secret is not even tried."""
    declared = session.settings.accounts[account]
    needs = needs_of(each for each in campaigns if each.account == account)
    wechat = None
    if all(each.level is not Level.PROBLEM for each in settings):
        try:
            wechat = session.wechat(account)
        except ConfigurationError as error:
            settings.append(Finding(Check.PROXY, Level.PROBLEM, what_happened(error), error.hint, account))
    return CheckedAccount(account, declared.kind, needs, wechat, declared.token_command is not None)
