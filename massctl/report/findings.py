"""What was learnt from the sends of the ledger, newest first."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from massctl.model.finding import Remarks, SendFinding
from massctl.model.ids import AccountName, AppId, CampaignName, cell_of
from massctl.model.phrase import BEIJING
from massctl.model.state import Record
from massctl.plan.reach import sent_in


def sent_at_of(record: Record) -> datetime | None:
    """Return when an edition went out; None if nothing of it is known to have."""
    if not record.sent_batches:
        return None
    moments = [each.first for each in sent_in(record)] or [job.accepted_at for job in record.jobs]
    return min(moments, default=None)


def title_of(record: Record) -> str:
    """Return what people call an edition."""
    told = [each.event.title for each in reversed(record.attempts) if each.event.title]
    imported = record.imported.title if record.imported is not None else None
    return next(iter(told), None) or imported or record.campaign


def sent_findings(
    records: Iterable[Record],
    remarks_of: Callable[[CampaignName], Remarks],
    account_of: Callable[[AppId], AccountName],
) -> Iterator[SendFinding]:
    """Yield what was learnt from those editions that went out, the newest first; each file is read when it is due."""
    sent = [(at, each) for each in records if (at := sent_at_of(each)) is not None]
    for at, record in sorted(sent, key=lambda each: (each[0], each[1].key), reverse=True):
        remarks = remarks_of(record.campaign)
        found = remarks.finding(record.edition, cell_of(record.campaign))
        if found is not None and (found.verdict or found.learnt):
            appid = record.appid or AppId("")
            yield SendFinding(
                campaign=record.campaign,
                edition=record.edition,
                title=title_of(record),
                account=account_of(appid),
                appid=appid,
                series=remarks.series,
                sent_at=at.astimezone(BEIJING),
                verdict=found.verdict,
                learnt=found.learnt,
            )
