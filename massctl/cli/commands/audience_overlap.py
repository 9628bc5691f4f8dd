"""`massctl audience overlap`: how many people of a campaign also get another one of its month."""

import click

from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import campaign_names, form_option, sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.planner import PlanOptions, Purpose, planned
from massctl.cli.session import Session
from massctl.errors import RefusedError
from massctl.model.phrase import Command, Phrase


@click.command(name="overlap")
@click.argument("name", metavar="CAMPAIGN", shell_complete=campaign_names)
@form_option
@sandbox_option
@verb("audience overlap")
def overlap(current: Session, name: str) -> Result:
    """Count the people of CAMPAIGN who also get, or got, each other campaign of its month, person by person.

    It needs the snapshots and their key where CAMPAIGN goes to an audience. It never names anybody.
    """
    made = planned(current, [name], PlanOptions(Purpose.SHOW))
    (people,) = (each.people for each in made.plan.campaigns if each.name == name)
    if people is None or people.had is None:
        raise RefusedError(
            Phrase("nobody can know here who gets {name}", name=name),
            Phrase("It goes to a tag or to everybody, or its people cannot be read."),
            Phrase("{command}   says which", command=Command("plan", name)),
        )
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.overlaps_json(name, people),
        lambda to: views.audience.overlaps_text(to.page(), people),
    )
