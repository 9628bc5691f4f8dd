"""Remember `clientmsgid` for 24 hours: WeChat's only guard against a second send.

Facts (WeChat docs, read 2026-10): at most 32 bytes (45067); a repeat answers 45065 with the earlier
`msg_id` and no `msg_data_id`; a repeat too soon answers 45066 and asks for one minute; without an id the
server takes a digest of scope and content. That the body of a repeat is not compared is inferred.
"""

from massctl.sandbox.desk import Desk, digest_of
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record

BYTES_MAX = 32
"""Length of a `clientmsgid`; older pages say 64."""
MEMORY_SECONDS = 24 * 3600
"""How long an id is remembered after the job was accepted."""
TOO_SOON_SECONDS = 60
"""A repeat within this time of the accepted attempt answers 45066."""


def key_of(desk: Desk, record: Record) -> str:
    """Return the key under which this send is remembered; 45067 or 40097 for an impossible id."""
    given = record.get("clientmsgid")
    if given is None or given == "":
        scope = {name: record.get(name) for name in ("filter", "touser")}
        branches = {name: record[name] for name in sorted(record) if name not in {"clientmsgid", *scope}}
        desk.violation("clientmsgid_missing")
        return f"{desk.appid}|digest|{digest_of([scope, branches])}"
    if not isinstance(given, str):
        raise Refusal(40097)
    if len(given.encode()) > BYTES_MAX:
        raise Refusal(45067)
    return f"{desk.appid}|id|{given}"


def require_new(desk: Desk, key: str, request_digest: str) -> None:
    """Refuse with 45066 or 45065 where a job was accepted under this key in the last 24 hours."""
    memory = desk.table("memory").get(key)
    if memory is None or desk.at - memory["at"] >= MEMORY_SECONDS:
        return
    job = desk.table("jobs").get(str(memory["msg_id"]))
    if job is not None and job["request_digest"] != request_digest:
        desk.violation("clientmsgid_with_other_body", msg_id=memory["msg_id"])
    if desk.at - memory["at"] < TOO_SOON_SECONDS:
        desk.violation("clientmsgid_repeated_within_a_minute", msg_id=memory["msg_id"])
        raise Refusal(45066)
    raise Refusal(45065, msg_id=memory["msg_id"])


def remember(desk: Desk, key: str, msg_id: int) -> None:
    """Remember that a job was accepted under this key, and note a second job for one key or content."""
    before = desk.table("memory").get(key)
    if before is not None:
        desk.violation("second_job_same_clientmsgid", msg_ids=[before["msg_id"], msg_id])
    desk.table("memory").put(key, {"msg_id": msg_id, "at": desk.at})


def note_equal_content(desk: Desk, job: Record) -> None:
    """Note a job whose content and audience equal those of an earlier one."""
    for other in desk.table("jobs").records():
        equal = all(other[name] == job[name] for name in ("appid", "content_digest", "audience_digest"))
        if equal and other["msg_id"] != job["msg_id"]:
            desk.violation("second_job_equal_content", msg_ids=[other["msg_id"], job["msg_id"]])
            return
