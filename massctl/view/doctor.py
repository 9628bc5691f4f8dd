"""What `massctl doctor` found, for a person who is about to click or to type."""

from collections import Counter
from collections.abc import Sequence

from massctl.model.diagnostics import Check, Finding, Level
from massctl.model.ids import AccountName
from massctl.model.phrase import AccountKey, Phrase
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Page, Part, Table

LABELS = {
    Check.LEDGER: Phrase("ledger"),
    Check.PLACE: Phrase("place"),
    Check.LEASE: Phrase("runner"),
    Check.AUDIENCES: Phrase("audiences"),
    Check.NOTIFY: Phrase("notify"),
    Check.CAMPAIGNS: Phrase("campaigns"),
    Check.WINDOWS: Phrase("windows"),
    Check.DRIFT: Phrase("drift"),
    Check.ISOLATION: Phrase("isolation"),
    Check.SENDING: Phrase("may send"),
    Check.API_HOST: Phrase("API host"),
    Check.CREDENTIAL: Phrase("credential"),
    Check.PROXY: Phrase("proxy"),
    Check.CALLBACK: Phrase("callback"),
    Check.TOKEN: Phrase("token"),
    Check.WHITELIST: Phrase("IP whitelist"),
    Check.CLOCK: Phrase("clock"),
    Check.DRAFTS: Phrase("drafts"),
    Check.MATERIALS: Phrase("materials"),
    Check.TAGS: Phrase("tags"),
    Check.SPEED: Phrase("speed"),
    Check.MASS_SEND: Phrase("mass send"),
    Check.MASS_SEND_OPENIDS: Phrase("mass send to openids"),
    Check.PREVIEWS: Phrase("previews"),
    Check.COMMENTS: Phrase("comments"),
    Check.KIND: Phrase("kind"),
    Check.PROTECTION: Phrase("API 群发保护"),
    Check.ALLOWANCE: Phrase("allowance"),
    Check.DEFAULT_BRANCH: Phrase("branch"),
    Check.BRANCH_RULES: Phrase("rules: merge"),
    Check.OWNERS: Phrase("CODEOWNERS"),
    Check.ENVIRONMENT: Phrase("environment"),
    Check.SECRETS: Phrase("secrets"),
    Check.DEPLOY_KEY: Phrase("deploy key"),
    Check.LEDGER_RULES: Phrase("rules: ledger"),
    Check.BRAKE_RULES: Phrase("rules: brake"),
    Check.NAMES: Phrase("rules: names"),
    Check.ACTIONS: Phrase("workflows"),
}
_MARKS = {Level.OK: "✓", Level.WARNING: "!", Level.PROBLEM: "✗", Level.UNKNOWN: "?"}
_INKS = {
    Level.OK: Ink.DONE,
    Level.WARNING: Ink.WARNING,
    Level.PROBLEM: Ink.ERROR,
    Level.UNKNOWN: Ink.DETAIL,
}


def doctor_text(page: Page, findings: Sequence[Finding]) -> str:
    """Show the repository, then each account, each finding with what to do about it, and sum them up."""
    table = Table(page, [LABELS[each.check] for each in findings])
    for owner in dict.fromkeys(_owner(each) for each in findings):
        page.blank()
        page.line(Inked(Phrase("the repository") if owner is None else AccountKey(owner), Ink.NAME))
        label = ""
        for each in findings:
            if _owner(each) == owner:
                said = LABELS[each.check]
                table.row(
                    "" if said == label else said,
                    Inked(f"{_MARKS[each.level]} ", _INKS[each.level]),
                    each.message,
                    inner=2,
                )
                label = said
                if each.hint.startswith("gh "):
                    table.command(each.hint)
                elif each.hint:
                    table.below(each.hint)
    page.blank()
    page.line(*_summary(findings), hang=2)
    return page.text()


def _owner(finding: Finding) -> AccountName | None:
    """Return the account under which a finding stands; windows are the repository's, whoever sends in them."""
    return None if finding.check in (Check.WINDOWS, Check.DRIFT) else finding.account


def _summary(findings: Sequence[Finding]) -> list[Part]:
    counts = Counter(each.level for each in findings)
    said: list[Part] = [Phrase("doctor: ")]
    if counts[Level.PROBLEM]:
        said.append(Inked(Phrase("problems: {count}", count=counts[Level.PROBLEM]), Ink.ERROR))
    else:
        said.append(Inked(Phrase("nothing blocks a send"), Ink.DONE))
    for level, phrase in (
        (Level.WARNING, Phrase("warnings: {count}", count=counts[Level.WARNING])),
        (Level.UNKNOWN, Phrase("not checked: {count}", count=counts[Level.UNKNOWN])),
    ):
        if counts[level]:
            said += [Phrase(", "), Inked(phrase, _INKS[level])]
    return said
