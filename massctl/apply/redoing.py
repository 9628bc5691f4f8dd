"""A run that another runner overtook is planned and carried out anew: what was decided without its entries is not done.

Each time somebody else has got something done, so that it ends; and it ends at a limit, should two for ever be in each
other's way. A run that begins again repeats no send of unknown outcome: it had its one repetition, or the attempt is
the other's, who may be waiting for its moment.
"""

from collections.abc import Callable
from typing import Final

from massctl.apply.outcome import Outcome

REDONE_MAX: Final = 5


def redone(run: Callable[[bool], Outcome], overtaken: Callable[[], None]) -> Outcome:
    """Run, and run again while another runner came first; gives all of it as one outcome.

    `run` plans from a ledger that it reads, and is told whether it had begun before. `overtaken` says so to people.
    """
    outcome = run(False)
    for _ in range(REDONE_MAX):
        if not outcome.overtaken:
            break
        overtaken()
        outcome = outcome.taken_up_by(run(True))
    return outcome
