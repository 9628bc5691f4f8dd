"""Broken promises as data: a piece of massctl's source, what it is replaced by, the rule that this breaks, and where
the smoke run notices it first.

Each is such a mistake as somebody could make while improving that line.
"""

import importlib
import inspect
import types
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from massctl.model.state import Phase, SendEvent


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake."""

    rule: str
    module: str
    old: str
    new: str
    scenario: str
    """The one of the smoke run that notices it soonest."""
    together: "Mutant | None" = None
    """A mistake elsewhere without which this one does no harm, because two places catch the same."""


@contextmanager
def applied(mutant: Mutant) -> Iterator[None]:
    """Let massctl run with a mistake in it: only the code of functions is exchanged, in place."""
    mistakes: dict[str, list[Mutant]] = {}
    each: Mutant | None = mutant
    while each is not None:
        mistakes.setdefault(each.module, []).append(each)
        each = each.together
    with ExitStack() as stack:
        for module, found in mistakes.items():
            stack.enter_context(_applied_to(module, found))
        yield


@contextmanager
def _applied_to(name: str, mistakes: list[Mutant]) -> Iterator[None]:
    """Make all mistakes of one module at once."""
    module = importlib.import_module(name)
    source = Path(inspect.getfile(module)).read_text(encoding="utf-8")
    for mutant in mistakes:
        if source.count(mutant.old) != 1:
            raise LookupError(
                f"{name} has {source.count(mutant.old)} places that read: {mutant.old}"
            )
        source = source.replace(mutant.old, mutant.new)
    mutated = types.ModuleType(name)
    broken: dict[str, Any] = {**vars(module)}
    code = compile(source, inspect.getfile(module), "exec")
    vars(mutated).update(__name__=name, __file__=module.__file__)
    exec(code, broken)
    undo = list(_exchanged(module, broken))
    if not undo:
        raise LookupError(f"nothing in {name} differs with: {mistakes[0].new}")
    try:
        yield
    finally:
        for target, attribute, value in undo:
            setattr(target, attribute, value)


def _exchanged(module: types.ModuleType, broken: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Put broken code and constants in the place of whole ones; gives what there was."""
    for name, whole in list(vars(module).items()):
        other = broken[name]
        if isinstance(whole, types.FunctionType) and whole.__module__ == module.__name__:
            yield from _function(whole, other)
        elif isinstance(whole, type) and whole.__module__ == module.__name__:
            for member, inner in list(vars(whole).items()):
                yield from _function(_plain(inner), _plain(vars(other).get(member)))
        elif isinstance(whole, int | str | frozenset) and _told(whole) != _told(other):
            yield module, name, whole
            setattr(module, name, other)
    for name in broken.keys() - vars(module).keys() - {"__builtins__"}:
        setattr(module, name, broken[name])


def _told(constant: Any) -> Any:
    """Give a constant by the names of its classes: those of the broken module are others, and mean the same."""
    if not isinstance(constant, frozenset):
        return constant
    return {each.__qualname__ if isinstance(each, type) else each for each in constant}


def _plain(member: Any) -> Any:
    """Give the function behind a property, a class method, a static method or a context manager."""
    return inspect.unwrap(getattr(member, "fget", None) or getattr(member, "__func__", member))


def _function(whole: Any, other: Any) -> Iterator[tuple[Any, str, Any]]:
    if not isinstance(whole, types.FunctionType) or not isinstance(other, types.FunctionType):
        return
    if (
        whole.__code__ != other.__code__
        and whole.__code__.co_freevars == other.__code__.co_freevars
    ):
        yield whole, "__code__", whole.__code__
        whole.__code__ = other.__code__
    if whole.__defaults__ != other.__defaults__:
        yield whole, "__defaults__", whole.__defaults__
        whole.__defaults__ = other.__defaults__


_EXECUTOR = "massctl.apply.executor"
_SENDING = "massctl.apply.send"
_LEAVING = "massctl.apply.preflight"
_GUARD = "massctl.plan.guards"
_MATRIX = "massctl.plan.matrix"
_DOUBT = "massctl.plan.retry_policy"
_LOCAL = "massctl.ledger.local_file"
_STATE = "massctl.model.state"
_ACCEPTANCE = "massctl.plan.acceptance"
_REACH = "massctl.plan.reach"
_GIT = "massctl.ledger.git_ledger"
_CHAINED = "massctl.ledger.chained_ledger"

_STOPS = "        if not went_out and batch not in context.record_of(campaign).closed_batches:\n            return\n"
_BATCH_BY_BATCH = f'''{_STOPS}

def _send(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign, batch: int | None
) -> bool:
    """Send once; True when WeChat accepted it, and has not failed it since.

    An unknown outcome is repeated once in a run, identically, and never past WeChat's memory. A request that only came
    too fast is made once more when the account's pace allows it.
    """
    record = context.record_of(campaign)
    repeats = 0 if record.is_in_doubt else 1
    renewals = 1
    slower = 1 if context.ports.wait_in_doubt else 0
    reason = Reason.RESUBMIT if record.is_in_doubt else Reason.DUE
    if not agreed(context, outcome, campaign, batch):
        return False
    while wait_to_send(context, outcome, campaign) and (
        intent := ready(context, outcome, campaign, batch)
    ):
'''
"""What keeps a batch back: the verdict on the one before, and the guards."""
_CLOSED_BY_A_REJECTION = "                del self.open[attempt.serial]\n"
_CLOSING = "        if said in _CLOSING:\n"

_BEHIND_IS_TORN = Mutant(
    "rule 6: compare-and-swap misses what another runner wrote",
    _LOCAL,
    "if behind is None or (behind and not begins_entry(behind, after.serial + 1, after.digest)):",
    "if behind is None:",
    "text, two runners",
)
_NO_DEADLINE = Mutant(
    "nobody asks for the time when the request is about to be written",
    _LEAVING,
    "return self._clock.now() > self.deadline",
    "return False",
    "text, slow connection",
)
_NO_LAST_LOOK = Mutant(
    "the clock is not looked at when the attempt is durable",
    _LEAVING,
    "        for refusal in send_refusals(case, Moment.LAST_LOOK):\n",
    "        for refusal in [each for each in (draft, audience, ledger) if each is not None]:\n",
    "text, window closing",
    _NO_DEADLINE,
)
_DRAFT_IS_READ_ONCE = Mutant(
    "the draft is not read again when the attempt is durable",
    _LEAVING,
    "        draft = reread_refusal(context, campaign, self.intent)\n",
    "        draft = None\n",
    "news, the console in a run",
)
_AUDIENCE_IS_COUNTED_ONCE = Mutant(
    "the audience is not counted again when the attempt is durable",
    _LEAVING,
    "            if refusal is not None and self._repeats\n            else refusal\n",
    "            if False\n            else None\n",
    "text to a tag that grows",
)
_LEDGER_IS_READ_ONCE = Mutant(
    "the ledger is not read again when the attempt is durable",
    _LEAVING,
    "        if not any(is_of_this_send(entry) for entry in after):",
    "        if True:",
    "git, two runners",
)
_LAST_LOOK_IS_BLIND = Mutant(
    "the clock is looked at when the attempt is durable, and nothing follows",
    _LEAVING,
    "            self.outcome.refuse(refusal)\n",
    "            pass\n",
    "text, window closing",
    _NO_DEADLINE,
)
_LAST_LOOK_IS_AT_OLD_RULES = Mutant(
    "the rules are not read anew when the attempt is durable",
    _LEAVING,
    "        context.refresh_rules()\n",
    "",
    "git, kill switch in a run",
)

_FILES_ARE_READ_ONCE = Mutant(
    "the files are not compared when the attempt is durable",
    _LEAVING,
    "        return context.ports.changed(self.intent.inputs)\n",
    "        return None\n",
    "git, edited in a run",
)

_ANY_DRAFT_IS_STAGED = Mutant(
    "a batch is sent whose newest draft is of another version",
    "massctl.apply.context",
    "            is_staged = draft is not None and draft.event.digest == campaign.digest\n",
    "            is_staged = draft is not None\n",
    "news in batches, an edit is taken back",
)
_ANY_DRAFT_IS_CARRIED = Mutant(
    "a send may carry a draft of another digest or batch",
    "massctl.model.send",
    "        return self.draft == StagedDraft(self.body.media_ids[0], self.digest, self.batch)\n",
    "        return True\n",
    "news in batches, an edit is taken back",
    _ANY_DRAFT_IS_STAGED,
)
_ANY_ATTEMPT_IS_REPEATED = Mutant(
    "an attempt at another version or batch is taken for the same",
    "massctl.model.send",
    "        return asked == (self.appid, self.batch, self.digest, self.client_msg_id, self.fingerprint)\n",
    "        return True\n",
    "news, edited in doubt",
    _ANY_DRAFT_IS_CARRIED,
)

_RUN_BEGINS_ANY_LEDGER = Mutant(
    "a run begins a ledger that no clone would know",
    "massctl.cli.shared_lineage",
    "    if lineage is None:\n        say",
    "    if lineage is None:\n        return None\n    if lineage is None:\n        say",
    "text, two clones",
)

_PERMIT_IS_SPENT_TWICE = Mutant(
    "a permit may be spent twice",
    _LEAVING,
    "        if self._spent:",
    "        if False:",
    "text, two faults",
)
_PERMIT_IS_FOR_ANY_SEND = Mutant(
    "a permit may be spent for another send",
    _LEAVING,
    "        if intent is not self._intent:",
    "        if False:",
    "text",
    Mutant(
        "another send is asked for than the one that was recorded",
        _EXECUTOR,
        "send_mass(intent, permit)\n",
        "send_mass(__import__('dataclasses').replace(intent, body=type(intent.body)('another')), permit)\n",
        "text",
    ),
)
_ANY_AUDIENCE_GETS_IT = Mutant(
    "a send may go to another audience than was approved",
    "massctl.model.send",
    '        return self.audience.get("is_to_all") is True',
    "        return True",
    "text to a tag",
)

MUTANTS = (
    _PERMIT_IS_FOR_ANY_SEND,
    # 1. The attempt is durable before its request.
    Mutant(
        "rule 1: an attempt is recorded after its request",
        _EXECUTOR,
        """    attempt, asked_at = context.ledger.record(entry, campaign).serial, None
    if context.ports.answers is not None:
        context.ports.answers.use(agreement(campaign, intent.batch, intent.draft))
    try:
        permit = last_look(context, outcome, campaign, intent, attempt)
        asked_at = permit.issued_at
        # One request; nothing below repeats it.
        verdict = context.ports.wechat(campaign.account).send_mass(intent, permit)
    except WeChatError as error:
        verdict = never_left(error)
""",
        """    asked_at = None
    try:
        from datetime import timedelta
        from massctl.apply.preflight import _ISSUER, Permit
        asked_at = context.ports.clock.now()
        permit = Permit(_ISSUER, intent, 0, asked_at, asked_at + timedelta(seconds=2), context.ports.clock)
        verdict = context.ports.wechat(campaign.account).send_mass(intent, permit)
    except WeChatError as error:
        verdict = never_left(error)
    attempt = context.ledger.record(entry, campaign).serial
""",
        "text",
    ),
    Mutant(
        "rule 1: an attempt is noted, and not flushed before its request",
        _EXECUTOR,
        "context.ledger.record(entry, campaign)",
        "context.ledger.note(entry, campaign)",
        "text",
    ),
    Mutant(
        "rule 1: a verdict is not recorded",
        _EXECUTOR,
        "            context.ledger.record(accepted, campaign)\n",
        "            pass\n",
        "text",
    ),
    Mutant(
        "rule 1: a rejection is not recorded",
        _EXECUTOR,
        """            context.ledger.record(rejected, campaign)
""",
        """            pass
""",
        "text, refusals",
    ),
    # 2. No answer is in doubt, never rejected.
    Mutant(
        "rule 2: a timeout is taken for a rejection",
        "massctl.wechat.response",
        "return InDoubt(outcome.reason, outcome.seconds, outcome.http_status)\n",
        'return Rejected(None, None, outcome.said, "", retryable=True)\n',
        "text, two faults",
    ),
    Mutant(
        "rule 2: the executor closes an attempt in doubt as rejected",
        _EXECUTOR,
        "SendInDoubt(attempt=attempt, asked_at=asked_at, **asdict(verdict))",
        "SendRejected(attempt=attempt, errcode=verdict.errcode, rid=verdict.rid, retryable=True)",
        "text, two faults",
    ),
    Mutant(
        "rule 2: 45066, -1 and a held send are taken for rejections",
        "massctl.wechat.response",
        '    if judgement.leaves_doubt:\n        return InDoubt(\n            "errcode"',
        '    if False:\n        return InDoubt(\n            "errcode"',
        "text, odd answers",
    ),
    Mutant(
        "rule 2: -1 is taken for a rejection",
        "massctl.wechat.errcodes",
        "in (ErrorClass.BUSY, ErrorClass.DOUBT)",
        "in (ErrorClass.DOUBT,)",
        "text, odd answers",
    ),
    Mutant(
        "rule 2: a code that nobody knows is taken for a rejection",
        "massctl.wechat.errcodes",
        "error_class=ErrorClass.DOUBT) if ",
        "error_class=ErrorClass.PERMANENT) if ",
        "text, odd answers",
    ),
    Mutant(
        "rule 2: a page in place of an answer is taken for an acceptance",
        "massctl.wechat.response",
        "return InDoubt(outcome.reason, outcome.seconds, outcome.http_status)\n",
        "return Accepted(None, None)\n",
        "text, odd answers",
    ),
    Mutant(
        "rule 2: 45065 is taken for a rejection",
        "massctl.wechat.response",
        "    if judgement.error_class is ErrorClass.ACCEPTED:",
        "    if False:",
        "text, sent by another machine",
    ),
    Mutant(
        "rule 2: the client makes a send's request again",
        "massctl.wechat.client",
        "outcome = self._once(request, token, openids=openids, is_late=permit.has_passed)\n",
        "outcome = retry(lambda: self._once(request, token, is_late=permit.has_passed), self._sleep, "
        "repeatable=True)\n",
        "text, two faults",
    ),
    Mutant(
        "rule 1: a dead token is renewed and the request made again under the same attempt",
        _EXECUTOR,
        "send_mass(intent, permit)\n",
        """send_mass(intent, permit)
        if isinstance(verdict, Rejected) and verdict.token_dead:
            verdict = context.ports.wechat(campaign.account).send_mass(intent, permit)
""",
        "text, refusals",
        _PERMIT_IS_SPENT_TWICE,
    ),
    Mutant(
        "rule 1: a doubt is repeated under the same attempt",
        _EXECUTOR,
        "send_mass(intent, permit)\n",
        """send_mass(intent, permit)
        if isinstance(verdict, InDoubt):
            verdict = context.ports.wechat(campaign.account).send_mass(intent, permit)
""",
        "text, two faults",
        _PERMIT_IS_SPENT_TWICE,
    ),
    # 3. A rejection closes its own attempt and no other.
    Mutant(
        "rule 3: a rejection closes every open attempt",
        _STATE,
        _CLOSED_BY_A_REJECTION,
        "                self.open.clear()\n",
        "text, 45028 before 45065",
        Mutant("rule 3", _STATE, "    if others:\n", "    if False:\n", "text, 45028 before 45065"),
    ),
    Mutant(
        "rule 3: a rejection closes no attempt",
        _STATE,
        _CLOSED_BY_A_REJECTION,
        "                pass\n",
        "text, refusals",
    ),
    Mutant(
        "rule 3: a doubt closes its attempt",
        _STATE,
        "self.open[attempt.serial] = event.errcode in HOLD_CODES",
        "del self.open[attempt.serial]",
        "text, two faults",
    ),
    # 4. The id is derived, never minted.
    Mutant(
        "rule 4: the clientmsgid depends on the content",
        "massctl.model.send",
        "return client_msg_id(self.appid, self.identity, self.edition, self.batch)",
        "return client_msg_id(self.appid, self.digest, self.edition, self.batch)",
        "text, two faults",
    ),
    Mutant(
        "rule 4: the clientmsgid is derived from the new name of a renamed campaign",
        "massctl.model.send",
        "return client_msg_id(self.appid, self.identity, self.edition, self.batch)",
        "return client_msg_id(self.appid, self.campaign, self.edition, self.batch)",
        "text, renamed",
    ),
    Mutant(
        "rule 4: the clientmsgid is minted for each try",
        "massctl.model.send",
        "return client_msg_id(self.appid, self.identity, self.edition, self.batch)",
        "return client_msg_id(self.appid, self.identity, self.edition, id(self))",
        "text, refusals",
    ),
    Mutant(
        "rule 4: the clientmsgid forgets the edition",
        "massctl.model.send",
        'text = "\\0".join((appid, campaign, str(edition), str(batch)))',
        'text = "\\0".join((appid, campaign, "1", str(batch)))',
        "text, second edition",
    ),
    Mutant(
        "rule 4: the clientmsgid forgets the campaign",
        "massctl.model.send",
        'text = "\\0".join((appid, campaign, str(edition), str(batch)))',
        'text = "\\0".join((appid, str(edition), str(batch)))',
        "two campaigns of one account",
    ),
    # 5. Nothing is repeated past WeChat's memory of the id.
    Mutant(
        "rule 5: repeated after a day",
        _DOUBT,
        "REPEAT_HOURS_MAX = 20",
        "REPEAT_HOURS_MAX = 100",
        "text, a day later",
    ),
    Mutant(
        "rule 5: repeated without a margin",
        _DOUBT,
        "REPEAT_HOURS_MAX = 20",
        "REPEAT_HOURS_MAX = 24",
        "text, a day later",
    ),
    Mutant(
        "rule 5: with a margin of two hours",
        _DOUBT,
        "REPEAT_HOURS_MAX = 20",
        "REPEAT_HOURS_MAX = 22",
        "text, a clock that is slow",
    ),
    Mutant(
        "rule 5: counted from the last attempt",
        _DOUBT,
        "first = remembered_since(record)",
        "first = record.open_attempts[-1]",
        "text, hours apart",
    ),
    Mutant(
        "rule 5: a clock that went back is not noticed",
        _DOUBT,
        "    if now < first.at:",
        "    if False:",
        "text, a clock that was fast",
    ),
    Mutant(
        "rule 5: repeated within the minute",
        _DOUBT,
        "last.asked_at or last.at) + timedelta(",
        "last.asked_at or last.at) + 0 * timedelta(",
        "text, two faults",
    ),
    Mutant(
        "rule 5: the minute counts from the attempt, however late its request left",
        _DOUBT,
        "at = max(last.at, last.asked_at or last.at) +",
        "at = last.at +",
        "text, slow, and a lost answer",
    ),
    Mutant(
        "rule 5: the wait is not waited for",
        _SENDING,
        "    _wait_until(\n        context,\n        decision.at,\n",
        "    _wait_until(\n        context,\n        decision.at - timedelta(hours=1),\n",
        "text, two faults",
    ),
    # 6. Durable means where every runner reads.
    Mutant(
        "rule 6: the ledger is not flushed",
        _LOCAL,
        "                os.fsync(descriptor)\n        except",
        "                pass\n        except",
        "text",
    ),
    Mutant(
        "rule 6: the ledger is flushed before it is written",
        _LOCAL,
        """            _write_all(descriptor, text)
            if durable:
                os.fsync(descriptor)
""",
        """            if durable:
                os.fsync(descriptor)
            _write_all(descriptor, text)
""",
        "text",
    ),
    Mutant(
        "rule 6: the folder is not flushed",
        "massctl.system.posix",
        "        os.fsync(opened)",
        "        pass",
        "text",
    ),
    Mutant(
        "rule 6: a ledger begins before its first entry is flushed",
        _LOCAL,
        "            os.fsync(descriptor)\n            yield beside\n",
        "            yield beside\n",
        "text",
    ),
    Mutant(
        "rule 6: half an entry is taken for written",
        _LOCAL,
        """    while rest:
        rest = rest[os.write(descriptor, rest) :]
""",
        """    os.write(descriptor, rest)
""",
        "text",
    ),
    Mutant(
        "rule 6: a torn line stays before the next entry",
        _LOCAL,
        "        os.ftruncate(descriptor, place.stop)\n"
        "        os.lseek(descriptor, place.stop, os.SEEK_SET)\n"
        "        try",
        "        os.lseek(descriptor, 0, os.SEEK_END)\n        try",
        "text",
    ),
    Mutant(
        "rule 6: a lost newline is not written",
        _LOCAL,
        'lines if place.is_ended else b"\\n" + lines',
        "lines",
        "text",
    ),
    Mutant(
        "rule 6: compare-and-swap compares nothing",
        _LOCAL,
        "            raise stale(after.serial)\n        return place\n",
        "            pass\n        return place\n",
        "text, two runners",
    ),
    _BEHIND_IS_TORN,
    Mutant(
        "rule 6: a file is cut below what was read",
        _LOCAL,
        "        os.ftruncate(descriptor, place.stop)\n        os.lseek",
        "        os.ftruncate(descriptor, max(0, place.stop - 1))\n        os.lseek",
        "text",
    ),
    Mutant(
        "rule 6: a ledger without a byte is none",
        _CHAINED,
        "            if not piece and not end.serial:\n                raise empty_file()\n",
        "",
        "text, a damaged ledger",
    ),
    Mutant(
        "rule 6: a copy of a ledger that was cut is a torn one",
        _CHAINED,
        "        if tail and chain_digest(tail) != end.digest:\n",
        "        if False:\n",
        "text, a damaged ledger",
    ),
    Mutant(
        "rule 6: nobody remembers that a crash may tear a line",
        "massctl.ledger.high_water_mark",
        "_written(locks, replace(mark, writing=True))",
        "_written(locks, mark)",
        "text",
    ),
    Mutant(
        "rule 6: that a crash may tear a line is not flushed before the line",
        "massctl.ledger.high_water_mark",
        "        flush(beside)\n",
        "",
        "text",
    ),
    Mutant(
        "what was sent in the part of a ledger that a repair dropped is sent again",
        _GUARD,
        "    if not left or reach_of(record, state, left[0] or 1).known is not Known.LOST:",
        "    if True:",
        "text, a repaired ledger",
    ),
    Mutant(
        "rule 6: whatever stands behind the last line is torn",
        "massctl.ledger.codec",
        "not begins_entry(last, serial + 1, prev)",
        "False",
        "text, a ledger damaged in doubt",
        _BEHIND_IS_TORN,
    ),
    Mutant(
        "rule 6: an append holds no lock",
        _LOCAL,
        "                system.hold_lock(descriptor, waits=False)\n",
        "                pass\n",
        "text, two runners",
    ),
    Mutant(
        "rule 6: an older copy of the ledger is believed",
        "massctl.ledger.high_water_mark",
        "    if serial < mark.serial:",
        "    if False:",
        "text, an older ledger",
    ),
    Mutant(
        "what WeChat counted as sent is sent again over an older ledger",
        "massctl.plan.ledger_behind",
        "    if found is None:\n",
        "    if True:\n",
        "news, an older ledger on another machine",
    ),
    Mutant(
        "nobody asks whether WeChat counted it as sent",
        _GUARD,
        "    return case.reading.behind\n",
        "    return None\n",
        "news, an older ledger on another machine",
    ),
    Mutant(
        "rule 6: nobody remembers how far the ledger was",
        _CHAINED,
        "        if durable:\n            self._note()",
        "        pass",
        "text, an older ledger",
    ),
    _RUN_BEGINS_ANY_LEDGER,
    Mutant(
        "a ledger is sent from whose name no commit has",
        "massctl.cli.shared_lineage",
        "(found.committed and found.published and found.foreign is None):",
        "lineage is not None:",
        "text, two clones",
    ),
    Mutant(
        "a ledger is sent from whose name no remote has",
        "massctl.cli.shared_lineage",
        "(found.committed and found.published and found.foreign is None):",
        "found.committed:",
        "text, two clones",
    ),
    Mutant(
        "a ledger is sent from beside that of another branch",
        "massctl.cli.shared_lineage",
        "and found.published and found.foreign is None):",
        "and found.published):",
        "text, two clones",
    ),
    Mutant(
        "a ledger that massctl.yaml names, and that is not here, is begun anew",
        "massctl.cli.ledger_access",
        "        and state.lineage is None\n        and (session.backend.is_shared or",
        "        and state.lineage is None\n        and False and (session.backend.is_shared or",
        "text, two clones",
        _RUN_BEGINS_ANY_LEDGER,
    ),
    # The guards of the last moment.
    Mutant(
        "the window is not asked for",
        _GUARD,
        "        Row(_window, _ONLY_A_SEND, ASK, ASK, ASK),\n",
        "        Row(_window, _ONLY_A_SEND, _CAMPAIGN, _CAMPAIGN, ASK),\n",
        "text, window closing",
        _NO_LAST_LOOK,
    ),
    Mutant(
        "a window that has closed is repeated in",
        _GUARD,
        "    match window_state(case.campaign.window, case.now):\n",
        "    match WindowState.DUE if case.record.is_in_doubt else window_state(case.campaign.window, case.now):\n",
        "text, window closing",
        _NO_LAST_LOOK,
    ),
    _LAST_LOOK_IS_AT_OLD_RULES,
    _NO_DEADLINE,
    Mutant(
        "the deadline of a request forgets the window",
        "massctl.plan.window",
        "min(now + LEAVES_WITHIN, window.not_after)",
        "now + LEAVES_WITHIN",
        "text, slow connection",
    ),
    Mutant(
        "rule 2: a lost answer is taken for a request that never left",
        "massctl.wechat.client",
        "isinstance(outcome, NoAnswer) and not outcome.left:",
        "isinstance(outcome, NoAnswer):",
        "text, two faults",
    ),
    _AUDIENCE_IS_COUNTED_ONCE,
    _DRAFT_IS_READ_ONCE,
    Mutant(
        "a request may leave long after the last look",
        "massctl.plan.window",
        "now + LEAVES_WITHIN if window is None else min(now + LEAVES_WITHIN, window.not_after)",
        "now + 50 * LEAVES_WITHIN if window is None else min(now + 50 * LEAVES_WITHIN, window.not_after)",
        "text, slow, and the kill switch",
    ),
    Mutant(
        "a fifth of a month to one tag is sent",
        "massctl.plan.quota",
        "+ self.asked(period) + amount <= self.rule.limit\n",
        "+ self.asked(period) + amount <= self.rule.limit + 1\n",
        "five to one tag in a month",
    ),
    Mutant(
        "the kill switch is not asked for",
        _GUARD,
        "        Row(_kill_switch, _ONLY_A_SEND, ASK, ASK, ASK),\n",
        "        Row(_kill_switch, _ONLY_A_SEND, _CAMPAIGN, _CAMPAIGN, ASK),\n",
        "text, kill switch",
    ),
    _FILES_ARE_READ_ONCE,
    Mutant(
        "files that changed keep nothing back",
        _GUARD,
        "    if case.reading.changed is not None:",
        "    if False:",
        "text, edited in a run",
    ),
    Mutant(
        "the clock is not compared with WeChat's when the attempt is durable",
        _GUARD,
        "        Row(_skew, _ONLY_A_SEND, _NOT_YET_READ, ASK, ASK),\n",
        "        Row(_skew, _ONLY_A_SEND, _NOT_YET_READ, ASK, _LEDGER),\n",
        "text, asleep",
    ),
    Mutant(
        "a look that heard no time asks for none",
        _LEAVING,
        "        if before is not None and self._skew() is before:",
        "        if False:",
        "list, asleep",
    ),
    Mutant(
        "MASSCTL_NO_SEND is not asked for",
        "massctl.plan.brake",
        "    if no_send:",
        "    if False:",
        "text, kill switch",
    ),
    Mutant(
        "policy.sending is not asked for",
        "massctl.plan.brake",
        '    if policy.sending == "disabled":',
        "    if False:",
        "text, sending disabled",
    ),
    Mutant(
        "the kill switch is read when the run begins only",
        "massctl.apply.context",
        "self.ports.rules() if self.ports.rules else self.rules",
        "self.rules",
        "text, kill switch in a run",
        _LAST_LOOK_IS_AT_OLD_RULES,
    ),
    Mutant(
        "nobody is asked what is left to do by hand",
        _GUARD,
        "        Row(_handoff, _ONLY_A_SEND, ASK, ASK, _LEDGER),\n",
        "",
        "news, left to a person",
    ),
    Mutant(
        "approvals are not asked for",
        _GUARD,
        "        Row(_approval, _ONLY_A_SEND, ASK, ASK, ASK),\n",
        "",
        "text, approval missing",
    ),
    Mutant(
        "approvals that are missing are as good as given",
        _GUARD,
        "    missing = missing_approvals(required, found.by)\n",
        "    missing = ()\n",
        "text, approval missing",
    ),
    Mutant(
        "a merge takes the rule away that it needs",
        _GUARD,
        "    return reduce(type(rules.policy).as_strict_as, found.before, rules.policy)\n",
        "    return rules.policy\n",
        "text, approval asked for before the merge",
    ),
    Mutant(
        "where it leads is not asked for",
        _GUARD,
        "        Row(_destinations, ASK, ASK, ASK, ASK),\n",
        "",
        "text, link not listed",
    ),
    Mutant(
        "a merge lists where it leads",
        _GUARD,
        "    return lacking or _unlisted_before(case)\n",
        "    return lacking\n",
        "text, link not listed before the merge",
    ),
    Mutant(
        "quiet hours are not asked for",
        _GUARD,
        "        Row(_quiet_hours, _ONLY_A_SEND, ASK, ASK, ASK),\n",
        "        Row(_quiet_hours, _ONLY_A_SEND, _CAMPAIGN, _CAMPAIGN, ASK),\n",
        "text, quiet hours",
    ),
    Mutant(
        "frozen days are not asked for",
        "massctl.plan.window",
        "    if (span := policy.frozen_on(now)) is not None:",
        "    if (span := policy.frozen_on(now)) is not None and False:",
        "text, quiet hours",
    ),
    Mutant(
        "the guards are asked in the plan only",
        _SENDING,
        "    return send_refusals(case, Moment.ATTEMPT)\n",
        "    return [each for each in read.values() if each is not None]\n",
        "text, window closing",
        _NO_LAST_LOOK,
    ),
    Mutant(
        "the guards are asked once for two attempts",
        _EXECUTOR,
        "    while wait_to_send(context, outcome, campaign) and (\n"
        "        intent := ready(context, outcome, campaign, batch)\n",
        "    from massctl.apply.payloads import send_intent\n"
        "    while wait_to_send(context, outcome, campaign) and (\n"
        "        intent := ready(context, outcome, campaign, batch) if repeats"
        " else send_intent(campaign, context.state, batch, context.ports.openids)\n",
        "text, window closing",
        _LAST_LOOK_IS_BLIND,
    ),
    Mutant(
        "another campaign's doubt is not asked for",
        _GUARD,
        "    if not others:",
        "    if True:",
        "two campaigns of one account",
    ),
    Mutant(
        "`in_doubt: stop` is not obeyed",
        _DOUBT,
        '    if policy.in_doubt == "stop":',
        "    if False:",
        "text, stop",
    ),
    Mutant(
        "--no-wait is not obeyed",
        _SENDING,
        "    if not context.ports.wait_in_doubt:\n        return False\n    decision",
        "    decision",
        "text, --no-wait",
    ),
    Mutant(
        "a preview is not asked for",
        _GUARD,
        "    if seen and not reading.shows:",
        "    if True:",
        "text, preview required",
    ),
    Mutant(
        "the audience's size is not asked for",
        "massctl.apply.stage",
        "        refusal = audience_refusal(campaign.audience, people)\n",
        "        refusal = None\n",
        "text to a tag",
        _AUDIENCE_IS_COUNTED_ONCE,
    ),
    Mutant(
        "an empty audience is sent to",
        _GUARD,
        "    if count == 0:",
        "    if False:",
        "text to a tag without bounds",
    ),
    Mutant(
        "a tag that is gone is sent to",
        _GUARD,
        "    if count is None:\n        return Refusal",
        "    if False:\n        return Refusal",
        "text to a tag",
    ),
    Mutant(
        "the bounds of an audience are not asked for",
        _GUARD,
        "    if low is not None and count < low:",
        "    if False:",
        "text to a tag",
    ),
    Mutant(
        "everybody gets what a tag was to get",
        "massctl.apply.payloads",
        "        return ToTag(audience.tag_id)",
        "        return ToAll()",
        "text to a tag",
        _ANY_AUDIENCE_GETS_IT,
    ),
    Mutant(
        "a name with nothing else to stage is looked up by its send",
        "massctl.apply.stage",
        "        if outcome.planned.tag_due is not None:",
        "        if outcome.planned.steps:",
        "text to a tag by name",
    ),
    # What was reviewed is what is sent.
    Mutant(
        "an edited campaign is repeated",
        _DOUBT,
        "    if digest != record.open_attempts[-1].event.digest:",
        "    if False:",
        "news, edited in doubt",
        _ANY_ATTEMPT_IS_REPEATED,
    ),
    Mutant(
        "a draft of an earlier run is not read again",
        _SENDING,
        "            draft = reread_refusal(context, campaign, intent)\n",
        "            draft = None\n",
        "news, the console",
        _DRAFT_IS_READ_ONCE,
    ),
    Mutant(
        "what a person wrote into a draft that nobody had read yet is taken for ours",
        "massctl.apply.draft_fingerprint",
        '        found += [Difference(name, _difference(number, name, "", "")) for name in names]\n',
        "",
        "news, the console writes what was left open",
    ),
    Mutant(
        "a draft that a person wrote into is taken for that of the next request too",
        "massctl.apply.drafts",
        "context.ledger.record_each(\n"
        "        [(_saved(begun.event, media_id, begun.serial), record), (changed, record)]\n    )\n",
        '_close(context, missing, "not_found")\n',
        "news, the console writes, and drafts come late",
    ),
    Mutant(
        "a draft that was changed in the console is sent",
        "massctl.apply.drafts",
        "    if is_as_saved(draft, read):\n        return None\n",
        "    if True:\n        return None\n",
        "news, the console",
    ),
    Mutant(
        "a draft that is gone is sent",
        "massctl.apply.drafts",
        "        return None if intent.repeats else draft_gone(campaign.name)\n",
        "        return None\n",
        "news, the console",
    ),
    Mutant(
        "an old draft is sent after an edit",
        "massctl.plan.plan",
        "        if alive is None or alive.event.digest != campaign.digest:",
        "        if alive is None:",
        "news, edited and faults",
        _ANY_DRAFT_IS_CARRIED,
    ),
    Mutant(
        "a send after an acceptance",
        "massctl.model.state",
        "    return status in FINAL and",
        "    return not FINAL and",
        "text",
    ),
    Mutant(
        "an acceptance closes nothing",
        _STATE,
        _CLOSING,
        "        if said in _CLOSING - {SendEvent.ACCEPTED}:\n",
        "text",
    ),
    Mutant(
        "a campaign is never sent",
        "massctl.plan.plan",
        "        return self.wants_send and all(",
        "        return False and all(",
        "text, two faults",
    ),
    # Tokens.
    Mutant(
        "dead tokens are renewed without end",
        _EXECUTOR,
        "                renewals -= 1",
        "                renewals -= 0",
        "text, refusals",
    ),
    Mutant(
        "what was too fast is asked for again without end",
        _EXECUTOR,
        "                slower -= 1",
        "                slower -= 0",
        "text, too fast",
    ),
    Mutant(
        "what was too fast is asked for again at once",
        "massctl.plan.quota",
        " and a.rejection.errcode == TOO_FAST\n    )",
        " and a.rejection.errcode == 0\n    )",
        "text, too fast",
    ),
    Mutant(
        "the minute after 45011 counts from the attempt, however late its request left",
        "massctl.plan.quota",
        "        a.answered_at\n        for a in",
        "        a.at\n        for a in",
        "git, text, slow, and no clear answer",
    ),
    Mutant(
        "what was too fast is asked for again with --no-wait",
        _EXECUTOR,
        "1 if context.ports.wait_in_doubt else 0",
        "1",
        "text, too fast and --no-wait",
    ),
    Mutant(
        "doubts are repeated without end",
        _EXECUTOR,
        "                repeats -= 1",
        "                repeats -= 0",
        "text, two faults",
    ),
    Mutant(
        "a doubt of an earlier run is repeated twice",
        _EXECUTOR,
        "    repeats = 0 if record.is_in_doubt else 1\n",
        "    repeats = 1\n",
        "text, hours apart",
    ),
    Mutant(
        "an edition is taken for the one before",
        _STATE,
        "_absorb_campaign(fold, entry, CampaignName(entry.campaign), entry.edition)\n",
        "_absorb_campaign(fold, entry, CampaignName(entry.campaign), 1)\n",
        "text, second edition",
    ),
    # Drafts.
    Mutant(
        "a draft whose answer is lost is not looked for",
        "massctl.apply.drafts",
        "        for begun in reversed(record.begun_drafts)\n",
        "        for begun in ()\n",
        "news and faults",
    ),
    Mutant(
        "a draft that comes late is not looked for",
        "massctl.apply.drafts",
        """LATE_MAX + context.ports.append_max:
            _close(context, missing, "not_found", pending=None if begun.missed else True)
""",
        """timedelta(0):
            _close(context, missing, "not_found")
""",
        "news, a draft comes very late",
    ),
    Mutant(
        "a draft is noted as begun, and not flushed before its request",
        "massctl.apply.drafts",
        "context.ledger.record_each(\n"
        "        [(e, each.campaign) for e, each in zip(events, wanted, strict=True)]\n    )",
        "[\n        context.ledger.note(e, each.campaign)"
        " for e, each in zip(events, wanted, strict=True)\n    ]",
        "news",
    ),
    # Batches of openids.
    Mutant(
        "the next batch is begun while one is in doubt",
        _EXECUTOR,
        _BATCH_BY_BATCH,
        _BATCH_BY_BATCH.replace(_STOPS, "")
        .replace(
            "    while wait_to_send",
            "    from massctl.apply.payloads import send_intent\n    while wait_to_send",
        )
        .replace(
            "wait_to_send(context, outcome, campaign) and (\n"
            "        intent := ready(context, outcome, campaign, batch)\n    )",
            "(intent := send_intent(campaign, context.state, batch, context.ports.openids))",
        ),
        "text in batches, two faults",
    ),
    Mutant(
        "every batch has the first one's id",
        "massctl.model.send",
        "self.identity, self.edition, self.batch)",
        "self.identity, self.edition, 1)",
        "text in batches",
    ),
    Mutant(
        "batches that went out go out again",
        "massctl.plan.quota",
        " if batch not in done]",
        "]",
        "text in batches, refusals",
    ),
    Mutant(
        "the first batch concludes the campaign",
        "massctl.model.state",
        "(status in _STOPPED or not record.is_partly_sent)",
        "bool(status)",
        "text in batches",
    ),
    Mutant(
        "a list that was changed goes on",
        _GUARD,
        "    if begun.message_digest == campaign.message_digest:",
        "    if True:",
        "text in batches, the list changes",
    ),
    Mutant(
        "the cut of an audience is not recorded",
        "massctl.apply.audience_cut",
        "    context.ledger.record(cut_entry(campaign, record, kept, judge.cut), campaign)\n",
        "",
        "text to an audience",
    ),
    Mutant(
        "a send goes to all who were approved, whoever was taken off",
        "massctl.plan.quota",
        "cut is None or cut.snapshot",
        "True or cut.snapshot",
        "text to an audience",
    ),
    Mutant(
        "an audience is cut again once somebody has it",
        "massctl.apply.audience_cut",
        "    if record.not_refused or record.sent_batches:\n",
        "    if False:\n",
        "text to an audience, somebody is excluded later",
    ),
    Mutant(
        "a batch goes out of which one person is left",
        _SENDING,
        "    if remaining >= BATCH_MIN:\n",
        "    if remaining:\n",
        "text to an audience, a batch is closed",
    ),
    Mutant(
        "a batch is closed and nobody writes it down",
        _SENDING,
        "    context.ledger.record(BatchClosed(batch=batch, remaining=remaining), campaign)\n",
        "",
        "text to an audience, a batch is closed",
    ),
    Mutant(
        "a list goes on whose other openids another campaign has",
        _STATE,
        "    if record.ended is not None:\n        return True\n",
        "",
        "text in batches, the list is ended",
        Mutant(
            "",
            _STATE,
            "            and self.ended is None\n            and len(",
            "            and len(",
            "",
        ),
    ),
    # A person's word.
    Mutant(
        "a person's word closes nothing",
        _STATE,
        _CLOSING,
        "        if said in _CLOSING - {SendEvent.TOLD_SENT, SendEvent.TOLD_NOT_SENT}:\n",
        "text, a person settles a doubt",
    ),
    Mutant(
        "a person's `not sent` lets the same message go out under another name",
        _REACH,
        "    digests = {each.event.message_digest for each in tried}\n",
        "    digests = {each.event.message_digest for each in tried if not each.settled}\n",
        "text, called not sent, then a copy",
    ),
    Mutant(
        "a list counts as one job whose first batch was refused and sent by hand",
        _STATE,
        " or (self.attempts and self.settled_sent)\n",
        "\n",
        "text in batches, a refusal is settled",
    ),
    Mutant(
        "what a person says was sent is sent again",
        _STATE,
        "self.sent or accepted or said in (SendEvent.TOLD_SENT, SendEvent.IMPORTED)",
        "self.sent or accepted",
        "text in batches, refusals are settled",
    ),
    Mutant(
        "what a person says of one batch is forgotten for what they say of the next",
        _STATE,
        "frozenset(batch for batch, send in self.sends.items() if send.sent)",
        "frozenset([batch for batch, send in self.sends.items() if send.sent][-1:])",
        "text in batches, a person settles twice",
    ),
    # What looks whole, and is not.
    Mutant(
        "rule 1: an acceptance is noted, and not flushed",
        _EXECUTOR,
        "context.ledger.record(accepted, campaign)",
        "context.ledger.note(accepted, campaign)",
        "text, two runners",
    ),
    Mutant(
        "rule 1: a doubt is noted, and not flushed",
        _EXECUTOR,
        "context.ledger.record(doubt, campaign)",
        "context.ledger.note(doubt, campaign)",
        "text, two runners",
    ),
    Mutant(
        "rule 2: Ctrl-C during a request is taken for a request that never left",
        _EXECUTOR,
        "    except WeChatError as error:\n        verdict = never_left(error)",
        "    except KeyboardInterrupt:\n        verdict = Rejected(None, None, '', '', retryable=True)\n"
        "    except WeChatError as error:\n        verdict = never_left(error)",
        "text, interrupted",
    ),
    Mutant(
        "rule 3: a rejection closes the oldest open attempt",
        _STATE,
        _CLOSED_BY_A_REJECTION,
        "                del self.open[min(self.open)]\n",
        "text, 45028 and hours apart",
    ),
    Mutant(
        "rule 3: an account is in doubt by its newest attempt only",
        _STATE,
        "any(attempt.event.appid == appid for attempt in record.open_attempts)",
        "record.attempts and record.attempts[-1].open and record.attempts[-1].event.appid == appid",
        "two campaigns, 45028 before 45065",
    ),
    Mutant(
        "rule 5: the minute counts from the first attempt",
        _DOUBT,
        "at = max(last.at, last.asked_at or last.at) +",
        "at = max(first.at, first.asked_at or first.at) +",
        "text, seconds apart",
    ),
    Mutant(
        "rule 6: a flush that fails is taken for done",
        _LOCAL,
        "place.stop)  # What is cut off is ours, and nobody else's.\n            raise",
        "place.stop)",
        "text, a full disk",
    ),
    Mutant(
        "the same message goes out under another name",
        _GUARD,
        "        Row(_same_content, _ONLY_A_SEND, ASK, ASK, _LEDGER),\n",
        "",
        "two campaigns of one message",
    ),
    Mutant(
        "a cell that was renamed goes out again",
        _GUARD,
        "        Row(_matrix_changed, ASK, ASK, ASK, _LEDGER),\n",
        "",
        "a cell, renamed",
    ),
    Mutant(
        "a cell that nobody declares any more counts as declared",
        _MATRIX,
        "    if cell is None or sent.audience is None or sent.appid != cell.appid:\n        return False\n",
        "    if cell is None or sent.audience is None or sent.appid != cell.appid:\n        return True\n",
        "a cell, renamed",
    ),
    Mutant(
        "an edition below one that was sent goes out",
        _GUARD,
        " if each.edition > edition and is_out(each, state)\n",
        " if False\n",
        "text, the edition is lowered",
    ),
    Mutant(
        "a send counts in the month of its attempt, though its request left in the next one",
        _REACH,
        "        return Span(at, at)\n    found = _between(record, before)\n",
        "        return Span(accepted.at, accepted.at)\n    found = _between(record, before)\n",
        "five to one tag over the end of a month",
    ),
    Mutant(
        "45065 to the very first request is an acceptance",
        _ACCEPTANCE,
        "    is_explained = not verdict.duplicate or bool(evidence(record, intent, attempt))\n",
        "    is_explained = True\n",
        "text, 45065 of nobody knows whom",
    ),
    Mutant(
        "the job of another send is an acceptance",
        _ACCEPTANCE,
        "    if is_explained and not is_of_another(verdict.msg_id, record, intent.batch, others):\n",
        "    if is_explained:\n",
        "two campaigns, 45065 with the job of the other",
    ),
    Mutant(
        "45066 to an earlier request explains 45065",
        _ACCEPTANCE,
        "not in (ID_KNOWN, ID_IN_USE)",
        "not in (ID_KNOWN,)",
        "text, 45065 of nobody knows whom",
    ),
    Mutant(
        "an answer of 45065 that nothing explained is repeated",
        _DOUBT,
        "each.doubt.errcode in (0, ID_KNOWN)\n",
        "each.doubt.errcode in (0,)\n",
        "text, 45065 of nobody knows whom",
    ),
    Mutant(
        "of two ends of a job the later one is believed",
        _STATE,
        "        is_both = len(self.ends) > 1 or bool(",
        "        is_both = bool(",
        "text, two ends are told, and the edition is raised",
    ),
    Mutant(
        "an edition is raised while nobody knows how the one below ended",
        _GUARD,
        "    if is_contradicted(before, state):\n",
        "    if False:\n",
        "text, two ends are told, and the edition is raised",
    ),
    Mutant(
        "a rest has whoever may have it",
        "massctl.plan.remainder",
        "lacking = [each for each in found if each.reach is Reach.SURELY_NOT]",
        "lacking = [each for each in found if each.reach is not Reach.HAS]",
        "text in batches, called not sent, then a rest",
    ),
    Mutant(
        "a person's `not sent` proves that nobody has it",
        _REACH,
        "    if any(each.is_denied for",
        "    if any(False for",
        "text in batches, called not sent, then a rest",
    ),
    Mutant(
        "a repair of the ledger proves that nobody has what it dropped",
        _REACH,
        "    if state.repaired and not (",
        "    if False and not (",
        "text in batches, repaired, then a rest",
        Mutant(
            "",
            _REACH,
            "Known.LOST_DENIED if state.repaired else",
            "Known.LOST_DENIED if False else",
            "",
        ),
    ),
    Mutant(
        "those whose job failed have it",
        _REACH,
        '"failed": Known.FAILED,',
        '"failed": Known.SENT,',
        "text in batches, a job fails, then a rest",
    ),
    Mutant(
        "a batch that a person called not sent goes again when WeChat has forgotten its id",
        _GUARD,
        "        Row(_denied_batch, _ONLY_A_SEND, ASK, ASK, ASK),\n",
        "",
        "text in batches, called not sent, then a rest",
    ),
    Mutant(
        "a raised edition goes to those whom a part of the list reached",
        "massctl.plan.guards",
        "    return len(kinds) > 1 or any(",
        "    return any(",
        "text in batches, the edition is raised",
    ),
    Mutant(
        "a campaign without a window is sent unnamed",
        _GUARD,
        "    selected = case.campaign.window is not None or case.rules.is_named(case.campaign.name)",
        "    selected = True",
        "text without window",
    ),
    Mutant(
        "a draft that was changed in the console while in doubt is repeated",
        "massctl.apply.drafts",
        "        return changed(context.state, campaign, draft, read, settle(campaign.name))\n",
        "        return None\n",
        "news, changed in doubt",
    ),
    Mutant(
        "whether a batch is staged is judged by the draft of batch 1",
        "massctl.apply.context",
        "            draft = record.draft(batch or 1)\n",
        "            draft = record.draft(1)\n",
        "news in batches",
    ),
    Mutant(
        "what WeChat dropped from a draft is not looked at",
        "massctl.apply.drafts",
        "        elif lost := losses(context.given[media_id], result):",
        "        elif lost := []:",
        "news that WeChat does not keep",
    ),
    Mutant(
        "a draft stays whose folder is gone",
        "massctl.apply.drafts",
        'record.campaign not in folders, "folder_gone"),',
        "record.campaign not in folders, None),",
        "news, folder deleted",
    ),
    Mutant(
        "a draft stays whose window has closed",
        "massctl.apply.drafts",
        '_is_closed(context, record), "window_closed"),',
        "_is_closed(context, record), None),",
        "news, window missed",
    ),
    # Where the ledger is a branch, durable means pushed, and by us.
    Mutant(
        "git: an attempt waits with what nothing waits for",
        _CHAINED,
        "if durable or not self._may_wait():",
        "if not self._may_wait():",
        "git, text",
    ),
    Mutant(
        "git: a push without an answer is taken for one that arrived",
        _GIT,
        "if pushed.outcome is Push.DONE:",
        "if pushed.outcome in (Push.DONE, Push.UNKNOWN):",
        "git, two faults",
    ),
    Mutant(
        "git: a push without an answer is taken for one that did not arrive",
        _GIT,
        "if now is not None and self._branch.holds(now, commit):",
        "if False:",
        "git, two faults",
    ),
    Mutant(
        "git: what arrived with an interrupted push is written again",
        _CHAINED,
        " if each.line not in arrived]",
        "]",
        "git, news, interrupted",
    ),
    Mutant(
        "git: a lost race is taken for a won one",
        _GIT,
        "if pushed.outcome is Push.DONE:",
        "if pushed.outcome in (Push.DONE, Push.LOST):",
        "git, two runners",
        _LEDGER_IS_READ_ONCE,
    ),
    Mutant(
        "git: after a lost race the entries are pushed on top of what was not read",
        _GIT,
        """                raise stale(serial)
            if pause""",
        """                self.tip = now
                files = dict(zip(paths := [LEDGER], self._branch.read(commit, paths)))
                return self._settle(self._branch.commit(now, files, "said"), serial)
            if pause""",
        "git, two runners",
    ),
    Mutant(
        "git: equal lines are taken for our own",
        _GIT,
        "if now is not None and self._branch.holds(now, commit):",
        "if now and (self._branch.read(now, [LEDGER])[0] or b'').startswith("
        "self._branch.read(commit, [LEDGER])[0] or b''):",
        "git, two runners in one moment",
        _LEDGER_IS_READ_ONCE,
    ),
    Mutant(
        "a digest that WeChat does not keep of several articles is missed in their draft",
        "massctl.apply.draft_fingerprint",
        "    return len(articles) == 1\n",
        "    return True\n",
        "news of two articles",
    ),
    Mutant(
        "git: a branch that was set back is believed",
        _CHAINED,
        "        self._require_newest(mark, lineage, end, digest)\n",
        "",
        "git, set back",
    ),
    Mutant(
        "git: a run that was overtaken goes on deciding",
        "massctl.apply.journal",
        "if not each.is_observed:",
        "if False:",
        "git, two runners",
    ),
    Mutant(
        "git: an attempt is written behind somebody else's entries",
        "massctl.model.entries",
        "            | Expired()\n",
        "            | Expired()\n            | SendAttempted()\n",
        "git, two runners",
    ),
    Mutant(
        "postgres: whoever wrote at a serial is taken for this run",
        "massctl.ledger.postgres_ledger",
        "        if found != due.nonce:\n",
        "        if found is None:\n",
        "git, two runners, over postgres",
        _LEDGER_IS_READ_ONCE,
    ),
    Mutant(
        "postgres: an insert without an answer is taken for one that arrived",
        "massctl.ledger.postgres_ledger",
        "        if found is None and is_lost:\n            return False\n",
        "        if found is None and is_lost:\n            return True\n",
        "git, two faults, over postgres",
    ),
    Mutant(
        "s3: an object that is there is taken for this run's",
        "massctl.ledger.s3_bucket",
        "                return found == data\n",
        "                return True\n",
        "git, two runners, over s3",
        _LEDGER_IS_READ_ONCE,
    ),
    Mutant(
        "s3: the objects of two runners are alike",
        "massctl.ledger.s3",
        '    head = {"nonce": secrets.token_hex(16)}\n',
        '    head = {"nonce": ""}\n',
        "git, two runners in one moment, over s3",
        _LEDGER_IS_READ_ONCE,
    ),
    Mutant(
        "git: what a run knows is exchanged while it goes on",
        "massctl.apply.journal",
        "        self._overtaken, self._ahead = True, len(entries) - self.state.serial\n",
        "        state = State()\n        state.absorb_all(entries)\n        vars(self.state).update(vars(state))\n"
        "        self._overtaken, self._ahead = True, 0\n",
        "git, news, two runners",
        _LEDGER_IS_READ_ONCE,
    ),
)


@dataclass(frozen=True)
class WrongCell:
    """One mistake in the table of phases, and the law that it breaks: the simulation reaches few of the pairs."""

    law: str
    before: Phase
    event: SendEvent
    after: Phase


WRONG_CELLS = (
    WrongCell(
        "an acceptance is believed whatever was said before",
        Phase.TOLD_NOT_SENT,
        SendEvent.ACCEPTED,
        Phase.TOLD_NOT_SENT,
    ),
    WrongCell("what went out is never unsent", Phase.ACCEPTED, SendEvent.REFUSED, Phase.REFUSED),
    WrongCell("what went out is never unsent", Phase.TOLD_SENT, SendEvent.NEVER_LEFT, Phase.UNSENT),
    WrongCell(
        "a refusal closes no other attempt",
        Phase.OPEN,
        SendEvent.REFUSED_OTHERS_OPEN,
        Phase.REFUSED,
    ),
    WrongCell(
        "a late refusal takes no person's word back",
        Phase.TOLD_NOT_SENT,
        SendEvent.REFUSED,
        Phase.REFUSED,
    ),
    WrongCell(
        "the administrator is not asked about what was not sent",
        Phase.TOLD_NOT_SENT,
        SendEvent.HELD,
        Phase.TOLD_NOT_SENT,
    ),
    WrongCell(
        "a doubt agrees with a person's word", Phase.TOLD_NOT_SENT, SendEvent.IN_DOUBT, Phase.OPEN
    ),
    WrongCell(
        "nobody doubts what was refused or never left",
        Phase.REFUSED,
        SendEvent.IN_DOUBT,
        Phase.REFUSED,
    ),
    WrongCell(
        "nothing is attempted after it went out", Phase.ACCEPTED, SendEvent.ATTEMPTED, Phase.OPEN
    ),
    WrongCell(
        "a contradiction is left by an acceptance or a person only",
        Phase.CONTRADICTED,
        SendEvent.REFUSED,
        Phase.REFUSED,
    ),
    WrongCell(
        "a person settles a contradiction",
        Phase.CONTRADICTED,
        SendEvent.TOLD_SENT,
        Phase.CONTRADICTED,
    ),
    WrongCell(
        "a denial takes nothing back", Phase.TOLD_SENT, SendEvent.DENIED, Phase.TOLD_NOT_SENT
    ),
    WrongCell("nothing is open without an attempt", Phase.REFUSED, SendEvent.HELD, Phase.HELD),
    WrongCell(
        "what cannot be is a contradiction", Phase.UNSENT, SendEvent.IMPOSSIBLE, Phase.UNSENT
    ),
)
"""The table's own test notices each of them by its law."""
