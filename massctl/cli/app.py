"""How a verb runs: it opens the repository, does its work, and ends with a result, which is printed once.

With `--format json` one document is printed, whatever a run ends with; only exits 2 and 3 have none. An interrupted run
ends with 4 if the ledger has an open attempt, whoever opened it, otherwise with 130.
"""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import click

from massctl.cli import views
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import Console, current_console, show_error
from massctl.errors import MassctlError, UsageError
from massctl.model.frozen import Frozen
from massctl.model.ids import cells_of, expanded
from massctl.model.phrase import Command, Phrase, enumerated

if TYPE_CHECKING:
    from massctl.apply.outcome import Outcome
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Failure
    from massctl.model.shape import Shape
    from massctl.model.state import State

View = Callable[[Console], str]
"""Makes what is printed; each form of a result loads its own view and no other."""
DocumentView = Callable[[Console], "Shape | str | bytes"]
"""Makes a document, or its JSON: a long one as bytes, since text of it takes twice the memory."""


def nothing(_: Console) -> str:
    """Show nothing."""
    return ""


_SIGNALS = tuple(
    getattr(signal, each) for each in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, each)
)
"""Windows has no SIGHUP."""
"""Those that a run takes for an interruption; see `massctl.__main__`."""


class Result(Frozen):
    """What a verb ends with."""

    exit_status: ExitStatus
    json: "DocumentView | None" = None
    """Of a verb with `--format json`."""
    text: View = nothing
    """For people, on standard output; nothing is printed of an empty one."""
    talk: View | None = None
    """For people, on standard error, below the text."""
    markdown: View | None = None
    """Also of a verb with `--format csv`."""
    github: View | None = None
    ics: View | None = None
    next_step: Phrase | None = None
    """The next command, for a person at a terminal; not printed to pipes."""
    error: MassctlError | None = None
    """What stopped a part of the work; told after the result, in every form."""

    def show(self, form: str, console: Console) -> None:
        """Print it in a form other than JSON."""
        if form in ("markdown", "csv") and self.markdown is not None:
            console.exchanged(self.markdown(console))
        elif form == "github" and self.github is not None:
            console.annotations(self.github(console))
        elif form == "ics" and self.ics is not None:
            console.exchanged(self.ics(console))
        else:
            console.result(self.text(console))
            if self.talk is not None:
                console.talk_page(self.talk(console))
            if self.next_step is not None and console.is_terminal:
                console.talk(self.next_step)


Work = Callable[["Session"], Result]
"""The work of a verb, in an open repository."""


def run_in_session(
    kind: str,
    form: str,
    directory: str,
    work: Work,
    *,
    sandbox: bool = False,
    locked: bool = False,
) -> int:
    """Open a repository as `session` does, do the work of a verb, and print its result.

    `kind` is the verb, as in `massctl.view.verbs_json.stopped_json`.
    """

    def in_session() -> tuple[Console, Result]:
        from massctl.cli.session import session

        with session(directory, sandbox=sandbox, locked=locked) as current:
            try:
                result = work(current)
            finally:
                # By then the work has moved the clock. What is told of it is true of every form of the result.
                moved = _sandbox_time(current)
                if moved is not None:
                    current.console.talk(moved)
        return current.console, result

    return run(kind, form, in_session)


def verb(
    kind: str, *, form: str = "text", sandbox: bool = False
) -> Callable[[Callable[..., Result]], Callable[..., int]]:
    """Make a command of a verb's work: open the repository, do the work with the verb's own flags, print its result.

    The flags `form` and `sandbox` of a verb outrank these; the work is given the others, `locked` among them.
    """

    def made(work: Callable[..., Result]) -> Callable[..., int]:
        @wraps(work)
        @click.pass_obj
        def command(
            directory: str, /, *, form: str = form, sandbox: bool = sandbox, **flags: Any
        ) -> int:
            locked = flags.get("locked", False)

            def whole(current: "Session") -> Result:
                return work(current, **_with_cells(current, kind, flags))

            return run_in_session(kind, form, directory, whole, sandbox=sandbox, locked=locked)

        return command

    return made


_NAMES_NEW = frozenset({"new", "import"})
"""Verbs whose name is that of a folder that they make."""


def _with_cells(current: "Session", kind: str, flags: Mapping[str, Any]) -> Mapping[str, Any]:
    """Judge the names of campaigns among the flags of a verb."""
    if flags.get("name") and kind not in _NAMES_NEW:
        require_one(current, flags["name"])
    names = all_cells(current, flags.get("names") or ())
    return {**flags, "names": names} if names else flags


def all_cells(current: "Session", names: Sequence[str]) -> tuple[str, ...]:
    """Put all cells of a matrix in the place of its folder's name."""
    known = current.repository.campaign_folders.names if names else ()
    return tuple(expanded(names, known))


def require_one(current: "Session", name: str) -> None:
    """Raise UsageError for the name of a folder with a matrix, where one campaign is meant."""
    known = current.repository.campaign_folders.names
    cells = [] if name in known else cells_of(name, known)
    if cells:
        raise UsageError(
            Phrase("{name} has a matrix, and this is about one campaign", name=name),
            Phrase("Nothing was done."),
            Phrase("name one of its cells: {cells}", cells=enumerated(cells)),
        )


def _sandbox_time(current: "Session") -> Phrase | None:
    """Tell the time of the sandbox where it is not the machine's."""
    if current.sandbox is None:
        return None
    # Only the sandbox has a clock of its own.
    from massctl.cli.clocks import sandbox_time

    return sandbox_time(current.clock.now())


def run(kind: str, form: str, work: Callable[[], tuple[Console, Result]]) -> int:
    """Do work that needs no session, and print its result as `run_in_session` does.

    Where it stops, the document of that is printed, and the stop goes on.
    """
    document = _Document()
    try:
        with restore_keyboard_interrupt():
            console, result = work()
            if form == "json" and result.json is not None:
                document.give(console, result.json)
    except MassctlError as error:
        if form == "json" and error.exit_status not in (ExitStatus.USAGE, ExitStatus.BUG):
            from massctl.apply.outcome import failure_of

            _stopped(document, kind, failure_of(error), error.exit_status)
        raise
    except KeyboardInterrupt:
        if form == "json":
            from massctl.model.diagnostics import Failure

            _stopped(
                document, kind, Failure(None, None, Phrase("interrupted"), ""), interrupted_status()
            )
        raise
    if form != "json":
        result.show(form, console)
    if result.error is not None:
        show_error(result.error)
    return result.exit_status


def outcome_result(outcome: "Outcome") -> Result:
    """Make the result of `apply`, `preview` or a repeated send."""
    from massctl.apply.jobs import unfinished

    records = [outcome.record(each) for each in outcome.campaigns]
    going = any(unfinished(job) is not None for record in records for job in record.jobs)
    next_step = (
        Phrase("{command}   asks WeChat what became of it", command=Command("status"))
        if going
        else None
    )
    return Result(
        ExitStatus(outcome.exit_status()),
        lambda _: views.verbs_json.apply_json(outcome),
        lambda to: views.outcome.outcome_text(to.page(), outcome),
        next_step=next_step,
    )


def said(*lines: Phrase) -> View:
    """Make the view of sentences, each on a line of its own."""
    return lambda to: "\n".join(to.shown(line) for line in lines)


def told(*lines: Phrase, next_step: Phrase | None = None) -> Result:
    """Make a successful result that is printed as sentences only."""
    return Result(ExitStatus.DONE, text=said(*lines), next_step=next_step)


class _Document:
    """The one document on standard output."""

    def __init__(self) -> None:
        self._is_begun = False

    def give(self, console: Console, make: DocumentView) -> None:
        """Print the document. The first Ctrl-C does not stop it; the second does.

        After the first byte no other document is printed.
        """
        if self._is_begun:
            return
        with _defer_one_interrupt():
            made = make(console)
            if not isinstance(made, str | bytes):
                made = views.json_writer.written(made, console.language)
            self._is_begun = True
            console.document(made)


def _stopped(document: _Document, kind: str, failure: "Failure", exit_status: int) -> None:
    shape = views.verbs_json.shapes().get(kind)
    if shape is None or "error" not in shape.__struct_fields__:
        return
    document.give(
        current_console(), lambda _: views.verbs_json.stopped_json(kind, failure, exit_status)
    )


@contextmanager
def _defer_one_interrupt() -> Iterator[None]:
    """Ignore one interruption; handle the next as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield  # No signal comes here.
        return
    # Skip signals that are ignored or end the process.
    before = {
        number: handler for number in _SIGNALS if callable(handler := signal.getsignal(number))
    }

    def restore(*_: Any) -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, restore)
    try:
        yield
    finally:
        restore()


_at_work: "Final[list[Session]]" = []


def set_active_session(session: "Session | None") -> None:
    """Name the session on whose ledger a run acts from now on; None: it acts on none yet."""
    _at_work[:] = [session] if session is not None else []


def interrupted_status() -> ExitStatus:
    """Return the exit status of an interruption.

    The ledger is read again, because a signal may come after an entry was written and before the run noted it.
    """
    state = recorded_now(_at_work[0]) if _at_work else None
    opened = state is not None and any(record.is_in_doubt for record in state.records.values())
    return ExitStatus.IN_DOUBT if opened else ExitStatus.INTERRUPTED


def tell_interrupted() -> ExitStatus:
    """Report an interruption, and whether a send is in doubt; return the exit status."""
    status, console = interrupted_status(), current_console()
    in_doubt = Phrase(
        "interrupted; a send is in doubt: {command}   says which", command=Command("plan")
    )
    console.talk(in_doubt if status is ExitStatus.IN_DOUBT else Phrase("interrupted"))
    return status


@contextmanager
def restore_keyboard_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt again where a library turned it into another error (pydantic-core: SchemaError)."""
    try:
        yield
    except Exception as error:
        if type(error).__name__ == "SchemaError" and "KeyboardInterrupt" in str(error):
            raise KeyboardInterrupt from None
        raise


def recorded_now(session: "Session") -> "State | None":
    """Fold the ledger as it is on disk; None if it cannot be read."""
    try:
        # `--help` loads no ledger.
        from massctl.cli.ledger_access import read_ledger

        return read_ledger(session)
    except MassctlError:
        return None
