"""From a session to what a person has to hear of although nobody asked."""

from massctl.cli.exit_codes import ExitStatus
from massctl.cli.following import trust
from massctl.cli.planning import PlanOptions, Purpose, planned
from massctl.cli.session import session
from massctl.model.phrase import Phrase
from massctl.plan.checkup import alarms
from massctl.view.github import github_alarms


def alarmed(directory: str) -> int:
    """Tell every alarm as an annotation of the run, and end with 1 where there is one.

    Raises LedgerError where the ledger cannot be trusted: that is an alarm of its own.
    """
    with session(directory) as (current, warnings):
        made = planned(current, (), warnings, PlanOptions(Purpose.ALARM))
        trust(current, made.state)
        found = alarms(made.plan, made.state, current.clock.now())
        voice = current.voice
    if not found:
        voice.talk(Phrase("nothing needs a person"))
        return ExitStatus.DONE
    voice.annotations(github_alarms(found, voice.language))
    return ExitStatus.FAILED
