"""What was learnt, read from the ledger and the campaigns' files: for lists, for the next letter, and its review."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from massctl.cli.app import Result, said
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import shown_ledger
from massctl.cli.output import Console
from massctl.cli.selection import in_scope
from massctl.cli.session import Session
from massctl.errors import LedgerError, RefusedError, UsageError
from massctl.model.finding import FINDINGS_QUOTED, Remarks, SendFinding
from massctl.model.ids import CAMPAIGN_FILE, AccountName, AppId, CampaignName, cell_of, folder_name
from massctl.model.phrase import Command, Phrase, enumerated, system_reason
from massctl.model.state import Record
from massctl.report.findings import sent_findings
from massctl.report.report import Report, SendReport, VerdictCode
from massctl.source.remarks import remarks_of, with_verdict
from massctl.source.text import YAML_BYTES_MAX
from massctl.view.findings import findings_document, findings_lines, findings_markdown
from massctl.view.i18n import say
from massctl.view.markdown_text import Words
from massctl.view.report_verdict import verdict_sentences
from massctl.whole_file import write_whole


def findings_of(session: Session, records: Iterable[Record]) -> Iterator[SendFinding]:
    """Yield what was learnt from editions, the newest first."""
    repository, settings = session.repository, session.settings
    known: dict[str, Remarks] = {}

    def remarks(name: CampaignName) -> Remarks:
        # The cells of a matrix share a file.
        key = folder_name(name)
        return known.setdefault(key, known.get(key) or remarks_of(repository, name, settings))

    return sent_findings(
        records, remarks, lambda appid: AccountName(settings.key_of(appid) or appid)
    )


def quoted_findings(session: Session, appids: Collection[AppId]) -> list[SendFinding]:
    """Return the newest findings of each of some accounts; none where no ledger can be read."""
    try:
        records = in_scope(session, shown_ledger(session).records.values())
    except LedgerError:
        return []
    found: list[SendFinding] = []
    for appid in sorted(appids):
        own = [each for each in records if each.appid == appid]
        found += islice(findings_of(session, own), FINDINGS_QUOTED)
    return found


FINDINGS = "findings"
"""Stands for the list of findings where the names of campaigns stand."""


def list_findings(session: Session, series: str | None) -> Result:
    """List what was learnt from the sends that the session is about."""
    records = in_scope(session, shown_ledger(session).records.values())
    found = [
        each for each in findings_of(session, records) if series is None or each.series == series
    ]

    def text(to: Console) -> str:
        lines = findings_lines(found, to.language)
        return "\n".join(lines) or say(_NONE, to.language)

    def markdown(to: Console) -> str:
        return "\n".join(findings_markdown(found, Words(to.reader))) + "\n"

    def talk(to: Console) -> str:
        return to.shown(_NAMED_SO) if FINDINGS in session.repository.campaign_folders.names else ""

    return Result(ExitStatus.DONE, lambda _: findings_document(found), text, talk, markdown)


_NAMED_SO = Phrase(
    "`{command}` shows the campaign of this name", command=Command("report", FINDINGS, FINDINGS)
)


_NONE = Phrase(
    "nothing is recorded yet; `{command}` records what a send reached",
    command=Command("report", "NAME", "--record"),
)


def record_findings(session: Session, report: Report, names: Sequence[CampaignName]) -> Result:
    """Write the verdict of the newest edition of each campaign into its campaign.yaml.

    Raises RefusedError for a campaign of which the report has no send or no verdict, and UsageError for a file that
    the verdict cannot be put into. No file was changed then. A file that cannot be saved raises UsageError too; it
    names the files that were saved before it.
    """
    newest: dict[CampaignName, SendReport] = {}
    for send in report.sends:
        newest.setdefault(send.campaign, send)
    for name in names:
        if name not in newest:
            raise _unshown(name)
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    for name, send in newest.items():
        path = f"{session.repository.folder(name)}/{CAMPAIGN_FILE}"
        if path not in before:
            before[path] = after[path] = session.repository.read_bytes(path, YAML_BYTES_MAX)
        words = " ".join(say(each, session.console.reader) for each in verdict_of(send))
        made = with_verdict(after[path], path, send.edition, cell_of(name), words)
        if made is None:
            raise _by_hand(path, words)
        after[path] = made
    files = [path for path, data in after.items() if data != before[path]]
    for number, path in enumerate(files):
        _write(session.root / path, path, after[path], files[:number])
    records = [
        shown_ledger(session).record(each.campaign, each.edition) for each in newest.values()
    ]
    found = list(findings_of(session, records))
    lines = [Phrase("{file} has the finding", file=each) for each in files] or [
        Phrase("the finding is as it was recorded")
    ]
    return Result(ExitStatus.DONE, lambda _: findings_document(found, files), said(*lines))


def verdict_of(send: SendReport) -> tuple[Phrase, ...]:
    """Return the sentences about a send that are recorded; raise RefusedError where it is too early or too little."""
    sentences = verdict_sentences(send, send.verdict)
    if send.verdict.code is VerdictCode.COMPARED:
        return sentences
    raise RefusedError(
        Phrase("there is no verdict of {name} to record yet", name=send.campaign),
        Phrase("Nothing was written: {why}", why=sentences[-1]),
        Phrase(
            "`{command}` collects what WeChat has counted",
            command=Command("status", "--statistics"),
        ),
    )


def _unshown(name: CampaignName) -> RefusedError:
    return RefusedError(
        Phrase("no send of {name} is shown, so there is no verdict to record", name=name),
        Phrase("Nothing was written."),
        Phrase("leave --since and --series out, or name a campaign that was sent"),
    )


def _by_hand(path: str, words: str) -> UsageError:
    return UsageError(
        Phrase("massctl cannot write this into {file} without changing other lines", file=path),
        Phrase("Nothing was written."),
        Phrase(
            "write it below `finding:` by hand, as `- verdict: {words}`; keys begin in the first column",
            words=words,
        ),
    )


def _write(file: Path, path: str, data: bytes, written: Sequence[str]) -> None:
    target = file.resolve()  # A link stays one.
    try:
        write_whole(target, data, target.stat().st_mode & 0o777)
    except OSError as error:
        why = Phrase("{why}. It is as it was.", why=system_reason(error))
        if written:
            why = Phrase("{why} Written before: {files}", why=why, files=enumerated(written))
        raise UsageError(Phrase("{file} cannot be written", file=path), why) from None
