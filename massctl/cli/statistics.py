"""Collect statistics for every account of a repository: for `massctl status --statistics`, and beside a runner."""

from massctl.apply.outcome import failure_of
from massctl.apply.statistics import Collected, collect
from massctl.cli.session import Session
from massctl.errors import InvariantError, MassctlError
from massctl.model.ids import AccountName, AppId
from massctl.model.state import State
from massctl.plan.statistics import due, send_days


def gather(session: Session, state: State) -> list[tuple[AccountName, Collected]]:
    """Make the calls that are due, account by account; what fails is told of its account, and raises nothing.

    Without a call that is due no client is opened, and nothing is written.
    """
    archive = session.statistics()
    found: list[tuple[AccountName, Collected]] = []
    for named, account in session.settings.accounts.items():
        name, appid = AccountName(named), AppId(account.appid)
        collected = Collected(appid)
        try:
            if days := send_days(state, appid):
                requests = due(days, archive.asked(appid), session.clock.now())
                if requests:
                    collected = collect(appid, session.wechat(name), archive, requests, session.clock)
        except InvariantError:
            raise
        except MassctlError as error:
            collected.error = failure_of(error)
        found.append((name, collected))
    return found
