"""`plan --refresh`: from a session and its plan to a plan that knows what WeChat has now."""

from massctl.apply.refresh import read_remote
from massctl.cli.planning import Planned
from massctl.cli.session import Session
from massctl.cli.side_by_side import side_by_side
from massctl.plan.guards import is_untrusted
from massctl.plan.plan import Plan, refreshed


def refreshed_plan(session: Session, made: Planned) -> Plan:
    """Read drafts, audiences and job states, and judge the plan by them; nothing under a ledger that is not trusted."""
    if is_untrusted([refusal for planned in made.plan.campaigns for refusal in planned.refusals], made.state):
        return made.plan
    return refreshed(made.plan, read_remote(made.plan.campaigns, made.state, session.wechat, side_by_side), made.state)
