"""Which entries only tell what happened, and which begin something or draw a conclusion.

What happened stays true whatever others wrote meanwhile, so it may be written behind their entries. What begins an
effect, is a person's word on how things stand, or says which draft counts, was decided by what was read: others'
entries may change that. A draft whose answer is dropped for that reason is one whose answer was lost: it is looked for.
"""

from typing import Any

from massctl.model import ledger as entries


def is_observed(event: Any) -> bool:
    """Whether an entry tells what WeChat, the clock or this run has done already, and decides nothing."""
    match event:
        case (
            entries.ImageUploaded()
            | entries.MaterialAdded()
            | entries.VideoMade()
            | entries.SendAccepted()
            | entries.SendRejected()
            | entries.SendInDoubt()
            | entries.JobStatus()
            | entries.Expired()
        ):
            return True
        case entries.Previewed(outcome=outcome) | entries.Withdrawn(outcome=outcome):
            return outcome != "begun"
        case _:
            return False
