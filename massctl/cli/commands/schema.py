"""`massctl schema`: the JSON Schemas of the file formats."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import click
from msgspec import UNSET, Struct
from msgspec.json import schema as schema_of
from msgspec.structs import fields
from pydantic import TypeAdapter

from massctl.cli import views
from massctl.cli.app import Result, run
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import current_console, write_files
from massctl.model.entries import KINDS, CopyrightCheck, CopyrightResult, Event
from massctl.model.lock import LockFile, MatrixLock
from massctl.plan.plan_file import SavedPlan
from massctl.source.schemas import (
    DRAFT,
    descriptions,
    models_below,
    names_by_key,
    schema_documents,
    schema_text,
)


@click.command(name="schema")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write one file for each schema to this folder.",
)
def command(out: Path | None) -> int:
    "Write the JSON Schemas for editors and checks; without --out, print all of them as one document."
    return run(
        "schema", "json" if out is None else "text", lambda: (current_console(), _result(out))
    )


def _result(out: Path | None) -> Result:
    documents = all_schemas()
    if out is None:
        return Result(
            ExitStatus.DONE, lambda _: json.dumps(documents, ensure_ascii=False, indent=2)
        )
    written = write_files(
        out, {name: schema_text(document).encode() for name, document in documents.items()}
    )
    return Result(ExitStatus.DONE, text=lambda _: "\n".join(written))


_HEAD: dict[str, dict[str, Any]] = {
    "serial": {"type": "integer", "minimum": 1, "description": "Counts from 1 without gaps."},
    "prev": {"type": "string", "description": "SHA-256 of the line before, without its newline."},
    "at": {"type": "string", "format": "date-time", "description": "When it was written."},
    "campaign": {"type": ["string", "null"], "description": "The campaign it is about."},
    "edition": {"type": ["integer", "null"], "description": "The edition it is about."},
}
_SIGNATURE: dict[str, Any] = {
    "type": "string",
    "description": "In a signed ledger: the hash of the key, a plus sign and the Ed25519 signature in base64.",
}
_FIELDS: dict[str, str] = {
    "type": "What happened.",
    "key": "The public key that signs: name, hash and data, as in massctl.yaml.",
    "format_version": "The version of the ledger's format.",
    "channel": "The channel of `notify`, by the name of its variable; `output` or `pull request` besides.",
    "fact": "Of `told`: the name of the fact within its campaign and edition, such as `ended`.",
    "progress": "Of `told`: how far the telling has come; `untold` is as before it was begun.",
    "reason": "Why: a code, or the words of a person or of WeChat.",
    "by": "Who said so.",
    "appid": "The account's AppID.",
    "sha256": "Names the file's bytes as they were uploaded.",
    "material_type": "`voice` or `video`; null for a picture.",
    "url": "The address.",
    "media_id": "WeChat's id of the material, draft or video.",
    "batch": "Counts batches of recipients from 1.",
    "digest": "What was approved.",
    "message_digest": "Message and audience alone.",
    "fingerprint": "Names the request, so that a repetition is identical.",
    "client_msg_id": "Our id of the send (clientmsgid).",
    "audience": "The audience as declared, with the tag that massctl filled; of a tag the name of its audience.",
    "audience_count": "Followers in the audience, as read.",
    "batches": "Into how many jobs a list of openids is cut; null for every other audience.",
    "recipients": "Openids of this batch.",
    "kept_snapshot": "Names the people who stay.",
    "kept": "How many people stay.",
    "removed": "How many people were taken off, by the reason; of a tag how many lost it.",
    "recipients_sha256": "`sha256:` and what names the openids of this batch.",
    "snapshot": "`sha256:` and what names an audience's snapshot, as it was frozen.",
    "remaining": "How many people a snapshot, or a batch that is closed, still holds.",
    "content_sha256": "`sha256:` and the digest of what a snapshot holds now; a blank place is an empty line.",
    "kind": "Of an export: the people of a snapshot, or to whom a campaign was sent.",
    "of": "The audience of an export; or the campaign, of `sent`.",
    "dropped_bytes": "How much of the damaged ledger was dropped.",
    "dropped_sha256": "Names what was dropped, the end of the file that was put aside.",
    "people_sha256": "`sha256:` and what names those who are to have a tag: a snapshot's people, without erased ones.",
    "added": "How many got the tag.",
    "unfollowed": "How many people of the snapshot do not follow the account any more, so that they get no tag.",
    "by_hand": "How many people differed from what massctl had left in the tag.",
    "refused": "Whether WeChat refused to make the tag, so that no tag of this name is ours.",
    "again": "The serial of the first entry of a fill that takes long.",
    "tag": "The tag's name, as the campaign declares it.",
    "tag_id": "WeChat's id of the tag.",
    "name": "The tag's name, as WeChat tells it.",
    "count": "Followers with the tag, as read.",
    "source_sha256": "Names the campaign's folder as read.",
    "for_preview": "True: it shows what does not stand at the tip of the branch that sends, and is never sent.",
    "recipient": "A reviewer: a WeChat name, or the digest of an openid.",
    "outcome": "What came of it.",
    "errcode": "WeChat's code.",
    "rid": "WeChat's request id.",
    "msg_id": "WeChat's id of the job.",
    "msg_data_id": "WeChat's id of the news.",
    "duplicate": "Whether an earlier attempt had been accepted.",
    "content": "`unknown` where WeChat knew the id from a send that this ledger does not know of.",
    "token_dead": "Whether the token was refused.",
    "retryable": "Whether the next apply may try again.",
    "status": "What was said of the job.",
    "total_count": "Followers in the audience.",
    "filter_count": "Followers left after WeChat's filters.",
    "sent_count": "Followers who have it.",
    "error_count": "Followers to whom it failed.",
    "article_urls": "The addresses of the articles.",
    "article": "The article from 1; 0 stands for all.",
    "title": "The campaign's title.",
    "account": "The account, as massctl.yaml names it.",
    "not_before": "The beginning of the window.",
    "rest": "The campaign that has the openids of the batches that are not sent any more.",
    "not_after": "The end of the window.",
    "sent_at": "When it went out.",
    "replaces": "The lineages whose place this one takes, also those that they replaced.",
    "lineage": "26 characters, equal in every copy of this history and in massctl.yaml.",
    "realm": "Which world the ledger speaks of; it refuses the other's host.",
    "draft_sha256": "Names the draft by what a reader would miss: text, pictures, links, fields.",
    "markup_sha256": "Names how the articles of a draft look, as they were given: elements, styles, words in order.",
    "given": "Of each article, by position, the digest and the parts of its cover, as far as they were given.",
    "titles": "The titles of the articles, by position.",
    "authors": "The authors of the articles, by position; empty where there is none. For reports.",
    "themes": "The themes of the articles, by position; empty where there is none. For reports.",
    "commit": "The tip of the branch that sends, which the send was made from. For reports.",
    "approved_by": "Who approved its lock on the forge. For reports.",
    "kept_sha256": "Names the draft as WeChat keeps it, markup and all.",
    "handoff": "What was done in the console, item by item; null where nothing was handed off.",
    "attempt": "The serial of the attempt that this is about.",
    "asked_at": "Right before the request was made.",
    "seconds": "How long was waited for an answer or a connection.",
    "http_status": "The HTTP status in place of an answer.",
    "errmsg": "WeChat's own words.",
    "begun": "The serial of the draft_begun or tag_fill_begun that this is about.",
    "pending": "Whether its end is still to come: a deletion that is not settled, or one more look.",
    "act": "A runner took what was free, a person put it in another's place, or it was given up.",
    "runner": "The random id of the runner's folder.",
    "boot": "The boot of the runner's machine.",
    "host": "What the runner's machine is called.",
    "source": "`event` where an event said it, and not a poll.",
    "copyright_check": "What the originality check found.",
    "original_id": "The account's original id, to which the event was addressed.",
}
"""Field of an event -> what it holds."""


_PARTS = {each.__name__: each for each in (CopyrightCheck, CopyrightResult)}
"""What an event may contain besides plain values."""


def _files() -> dict[str, tuple[str, type[Any]]]:
    """Return every document that massctl writes, by the file of its schema."""
    # campaign.lock.json has the name of the verb that writes it, and a plan that was not stopped a shape of its own.
    names = {"lock": "lock-report"}
    reports = {
        f"{names.get(verb, verb).replace(' ', '-')}.schema.json": (
            f"massctl {verb} --format json",
            SavedPlan if verb == "plan" else shape,
        )
        for verb, shape in views.verbs_json.shapes().items()
    }
    notices = ("what massctl posts to a webhook of notify", views.verbs_json.NoticesReport)
    return {
        "lock.schema.json": ("campaign.lock.json of massctl", LockFile),
        "lock-matrix.schema.json": ("campaign.lock.json of massctl, of a matrix", MatrixLock),
        "notices.schema.json": notices,
        **reports,
    }


def all_schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by file name: of what people write, and of what massctl writes."""
    written = {name: _document(name, title, model) for name, (title, model) in _files().items()}
    return {**schema_documents(), **written, "ledger-entry.schema.json": _ledger_entry()}


def _ledger_entry() -> dict[str, Any]:
    """One line of the ledger: where it stands in the chain, and one event of so many kinds."""
    schema = schema_of(Event)
    for name, part in schema["$defs"].items():
        properties = {key: _untitled(each) for key, each in part["properties"].items()}
        if name in (kind.__name__ for kind in KINDS.values()):
            said = {key: {**each, "description": _FIELDS[key]} for key, each in properties.items()}
            part["properties"] = {**_HEAD, "signature": _SIGNATURE, **said}
            part["required"] = [
                *_HEAD,
                "type",
                *(key for key in part.get("required", []) if key != "type"),
            ]
        else:
            words = descriptions(_PARTS[name])
            part["properties"] = {
                key: {**each, "description": words[key]} for key, each in properties.items()
            }
        part.pop("title", None)
    return {
        "$schema": DRAFT,
        "$id": "ledger-entry.schema.json",
        "title": "a line of massctl.state.jsonl",
        **schema,
    }


def _document(name: str, title: str, model: type[Any]) -> dict[str, Any]:
    schema, models = TypeAdapter(model).json_schema(), models_below(model)
    is_whole = issubclass(model, views.json_writer.Document)
    inner = {
        key: _described(each, models[key], is_whole=is_whole) if key in models else _untitled(each)
        for key, each in schema.pop("$defs", {}).items()
    }
    return {
        "$schema": DRAFT,
        "$id": name,
        "title": title,
        **_described(schema, model, is_whole=is_whole),
        "$defs": inner,
    }


def _described(schema: dict[str, Any], model: type, *, is_whole: bool) -> dict[str, Any]:
    """Describe every property. What is `is_whole` has all keys but those that may be UNSET."""
    said, names = descriptions(model), names_by_key(model)
    properties = {
        key: {**_untitled(each), "description": said[names[key]]}
        for key, each in schema["properties"].items()
    }
    found = {"description": inspect.getdoc(model), **_untitled(schema), "properties": properties}
    if is_whole and issubclass(model, Struct):
        found["required"] = [
            each.encode_name for each in fields(model) if each.default is not UNSET
        ]
    return found


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}
