"""The JSON documents of the ledger: folded, entry by entry, and whether it is whole."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from massctl.model.entries import Entry, fields_of
from massctl.model.ids import sha256_of
from massctl.model.state import Attempt, Record, State
from massctl.view.as_json import FORMAT_VERSION, campaign_document, document_json
from massctl.view.language import Language

if TYPE_CHECKING:
    from massctl.view.repair_text import Repair


def state_json(state: State, names: Sequence[str], language: Language) -> str:
    """Give what is recorded, edition by edition; with `names` only of these campaigns."""
    chosen = [state.records[key] for key in sorted(state.records) if not names or key[0] in names]
    document = {
        **_head(state),
        "campaigns": [_record(record) for record in chosen],
        "website_sends": [
            {"appid": appid, "at": at.isoformat()} for appid, sends in state.website_sends.items() for at in sends
        ],
        "pictures": len(state.images),
        "materials": len(state.materials),
    }
    return document_json(document, language)


def entries_json(entries: Sequence[Entry], state: State, language: Language) -> str:
    """Give every entry with the fields of its line, oldest first."""
    return document_json({**_head(state), "entries": [_entry(entry) for entry in entries]}, language)


def verified_json(state: State, language: Language) -> str:
    """Give that every line is what was written: one that is not ends the command before."""
    return document_json({**_head(state), "whole": True}, language)


def _head(state: State) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "lineage": state.lineage,
        "realm": state.realm,
        "serial": state.serial,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    about = {"campaign": entry.campaign, "edition": entry.edition}
    head = {"serial": entry.serial, "prev": entry.prev, "at": entry.at.isoformat(timespec="milliseconds")}
    return {**head, **about, **fields_of(entry.event)}


def _record(record: Record) -> dict[str, Any]:
    return {
        **campaign_document(record, None),
        "drafts": [
            {
                "batch": draft.event.batch,
                "media_id": draft.event.media_id,
                "digest": draft.event.digest,
                "saved_at": draft.saved_at.isoformat(),
                "alive": draft.alive,
            }
            for draft in record.drafts
        ],
        "attempts": [_attempt(attempt) for attempt in record.attempts],
        "expired": [closed.isoformat() for closed in record.expired_at],
        "contradictions": [
            {"batch": batch, "entries": [fact.serial for fact in facts]} for batch, facts in record.contradicted.items()
        ],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    settled = f"settled_{attempt.settled.outcome}" if attempt.settled is not None else "accepted"
    is_open = attempt.open and attempt.accepted is None
    outcome = "rejected" if attempt.rejection is not None else "open" if is_open else settled
    return {
        "serial": attempt.serial,
        "at": attempt.at.isoformat(),
        "batch": attempt.event.batch,
        "digest": attempt.event.digest,
        "outcome": outcome,
        "errcode": attempt.rejection.errcode if attempt.rejection is not None else None,
    }


_ENTRY_KEYS: Final = ("serial", "type", "campaign", "edition")
"""What is said of a line that a repair drops."""


def repair_json(repair: "Repair", language: Language) -> str:
    """Give the document of a repair."""
    document = {
        "format_version": FORMAT_VERSION,
        "lineage": repair.lineage,
        "realm": repair.realm,
        "serial": repair.kept + (1 if repair.done else 0),
        "repaired": repair.done,
        "dropped": {
            "bytes": len(repair.dropped),
            "sha256": sha256_of(repair.dropped),
            "lines": [{key: line.get(key) for key in _ENTRY_KEYS} for line in repair.dropped_lines],
        },
        "aside": repair.aside,
    }
    return document_json(document, language)
