"""What was learnt from sends: as a list, as comments of a new campaign.yaml, and on a pull request."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import UNSET, UnsetType

from massctl.model.diagnostics import Failure
from massctl.model.finding import SendFinding
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import Phrase
from massctl.model.shape import Shape
from massctl.view.cells import printable
from massctl.view.i18n import Language, say
from massctl.view.json_writer import CommandReport
from massctl.view.markdown_text import Words

WORDS_MAX = 1000
"""Cells of one finding in a comment: three sentences, and a person's."""


class ReportedSendFinding(Shape):
    """What was learnt from a send."""

    campaign: CampaignName
    """The campaign."""
    edition: int
    """Its edition."""
    title: str
    """What people call it."""
    account: AccountName
    """The account, as massctl.yaml names it."""
    appid: AppId
    """Its AppID."""
    series: str | None
    """The series that it belongs to."""
    sent_at: str
    """When it went out, in Beijing time."""
    verdict: str | None
    """The words of the report, as they were recorded."""
    learnt: str | None
    """A person's sentence."""


class FindingsReport(CommandReport):
    """What `massctl report findings` and `report --record` print."""

    findings: Sequence[ReportedSendFinding] = ()
    """By the time of the send, the newest first."""
    files: Sequence[str] = ()
    """The files that were written."""
    error: Failure | UnsetType = UNSET
    """What stopped the command; then nothing was written."""


def findings_document(findings: Iterable[SendFinding], files: Sequence[str] = ()) -> FindingsReport:
    """Return findings as a document."""
    listed = [ReportedSendFinding.of(each, sent_at=each.sent_at.isoformat()) for each in findings]
    return FindingsReport(findings=listed, files=files)


def finding_head(finding: SendFinding) -> Phrase:
    """Name the send that a finding is of."""
    day = finding.sent_at.date().isoformat()
    name, edition = finding.campaign, finding.edition
    if edition == 1:
        return Phrase("{day} {name}: {title}", day=day, name=name, title=finding.title)
    return Phrase(
        "{day} {name}, edition {edition}: {title}",
        day=day,
        name=name,
        edition=edition,
        title=finding.title,
    )


def findings_lines(findings: Iterable[SendFinding], language: Language) -> list[str]:
    """Return findings as lines that are safe to print: the send, and below it what was learnt."""
    return [
        printable(line)
        for each in findings
        for line in (say(finding_head(each), language), *(f"  {part}" for part in _parts(each)))
    ]


def _parts(finding: SendFinding) -> Iterator[str]:
    yield from (each for each in (finding.learnt, finding.verdict) if each)


QUOTE_MARK = "# > "
"""Begins each line of a campaign.yaml that quotes what was learnt."""
QUOTED = Phrase("What was learnt from the last letters of this account:")
"""Stands above those that are quoted."""


def findings_comment(findings: Sequence[SendFinding], language: Language) -> str:
    """Return findings as comments of YAML; nothing without one."""
    if not findings:
        return ""
    lines = [say(QUOTED, language), *findings_lines(findings, language)]
    return "".join(f"{QUOTE_MARK}{each}\n" for each in lines)


def findings_markdown(findings: Sequence[SendFinding], words: Words) -> list[str]:
    """Return findings as rows of Markdown that does nothing."""
    return [
        f"- **{words.said(finding_head(each), is_foreign=True)}** "
        f"{words.said(each.words, WORDS_MAX, is_foreign=True)}"
        for each in findings
    ]


def findings_quoted(findings: Sequence[SendFinding], words: Words) -> list[str]:
    """Return findings for the reviewers of the next letter, account by account."""
    lines: list[str] = []
    for account in dict.fromkeys(each.account for each in findings):
        head = Phrase("What was learnt from the last letters of {account}", account=account)
        own = [each for each in findings if each.account == account]
        lines += [f"**{words.said(head)}**", "", *findings_markdown(own, words), ""]
    return lines
