"""The rest of a list of openids: who gets a campaign of their own, and who may have it already. Pure."""

from collections.abc import Mapping, Sequence

from massctl.errors import MassctlError, RefusedError, UsageError
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.model.phrase import Command, Phrase
from massctl.model.state import UNSETTLED, Record, State
from massctl.plan.guards import for_sure
from massctl.plan.job_failure import how_to_resend
from massctl.plan.reach import BatchReach, Known, Reach, batches_named, is_out, reach
from massctl.plan.retry_policy import settle

_NOTHING_DONE = Phrase("Nothing was done.")


class Rest(Frozen):
    """The batches of a list, as far as they are not known to have it."""

    record: Record
    lacking: Sequence[BatchReach]
    """Surely nobody in them has it: they are the rest."""
    unsure: Sequence[BatchReach]
    """They may have it, so no other campaign is made for them."""


class RestMade(Frozen):
    """The campaign that was made for the rest of a list."""

    rest: Rest
    name: CampaignName
    sizes: Mapping[int, int]
    """Batch -> how many openids it has, for the batches of the rest and for those that were left out."""
    files: Sequence[str]
    """From the repository's root."""

    @property
    def count(self) -> int:
        """Count the openids of its list."""
        return sum(self.sizes[each.batch] for each in self.rest.lacking)

    @property
    def left_out(self) -> int:
        """Count the openids that are left out because they may have it."""
        return sum(self.sizes[each.batch] for each in self.rest.unsure)


def rest_of_list(state: State, name: CampaignName, rest: CampaignName) -> Rest:
    """Divide the newest edition that went out for the campaign `rest`; raises where no such campaign may be made.

    A campaign that was made before is made again for the same batches, and for none of which more is known by now.
    """
    out = [each for each in state.editions(name) if is_out(each, state)]
    record = out[-1] if out else None
    if record is not None and record.is_in_doubt:
        raise _in_doubt(record)
    if record is None or not record.attempts or record.attempts[-1].event.batches is None:
        raise _not_divided(name)
    found = list(reach(record, state, without=rest).values())
    lacking = [each for each in found if each.reach is Reach.SURELY_NOT]
    unsure = [each for each in found if each.reach is Reach.MAY_HAVE]
    if len(lacking) == len(found) and not record.given:
        raise _nobody_has_it(record, state)
    if rest in record.given.values():
        lacking = [each for each in lacking if record.given.get(each.batch) == rest]
    if not lacking:
        raise _none_left(record, state, unsure)
    return Rest(record, lacking, unsure)


def _in_doubt(record: Record) -> MassctlError:
    batch = min(batch for batch, send in record.sends.items() if send.phase in UNSETTLED)
    return RefusedError(
        Phrase("nobody knows whether batch {batch} was sent", batch=batch),
        _NOTHING_DONE,
        settle(record.campaign),
    )


def _not_divided(name: CampaignName) -> MassctlError:
    return UsageError(
        Phrase("{name} is not a partly sent list of openids", name=name),
        _NOTHING_DONE,
        Phrase("{command}   shows the result", command=Command("status", name)),
    )


def _nobody_has_it(record: Record, state: State) -> MassctlError:
    """Every job failed, so that a raised edition reaches everybody once."""
    again = Phrase("write `edition: {edition}` in campaign.yaml", edition=record.edition + 1)
    return RefusedError(
        Phrase(
            "surely nobody has {name}: a raised edition of it goes to everybody once",
            name=record.campaign,
        ),
        _NOTHING_DONE,
        how_to_resend(record, state) or again,
    )


def _none_left(record: Record, state: State, unsure: Sequence[BatchReach]) -> MassctlError:
    name = record.campaign
    if record.ended is not None:
        return RefusedError(
            Phrase(
                "{name} was ended before, and {rest} has its other openids",
                name=name,
                rest=record.ended.rest,
            ),
            _NOTHING_DONE,
            Phrase(
                "if it is lost: {command}",
                command=Command("new", record.ended.rest, "--unsent-of", name),
            ),
        )
    if not unsure:
        return _not_divided(name)
    say = Phrase(
        "nobody surely lacks {name}: the others have it, or may have it (batch {batches}: {why})",
        name=name,
        batches=batches_named(unsure),
        why=unsure[0].why,
    )
    unspoken = any(each.known is Known.LOST for each in unsure)
    return RefusedError(say, _NOTHING_DONE, settle(name) if unspoken else for_sure(record, state))
