"""The sandbox inside this process, for `--sandbox`: its state is in a folder, its clock is the run's."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from massctl.callback.finish import read_finish
from massctl.cli.clocks import SandboxClock
from massctl.cli.places import Places
from massctl.errors import InvariantError
from massctl.model.campaign import Audience
from massctl.model.diagnostics import Fault
from massctl.model.entries import JobFinish
from massctl.model.frozen import Frozen
from massctl.model.message import Window
from massctl.model.settings import MassctlFile
from massctl.model.state import State
from massctl.sandbox.embedded import Sandbox, open_world

RIGHTS = {"mpvideo": "mass_video", "wxcard": "mass_card"}
"""Message type -> the account's member that allows it."""
TAG_FOLLOWERS = 128
"""How many followers a tag has that only a campaign names."""


class Embedded(Frozen):
    """An open sandbox with the repository's accounts."""

    world: Sandbox
    clock: SandboxClock

    def ensure_audiences(
        self, wanted: Iterable[tuple[str, Audience, str]]
    ) -> set[tuple[str, int | str]]:
        """Create what campaigns need (appid, audience, message type).

        The tags that they name exist, and an account may send what WeChat has closed to most. Returns appid and tag of
        those that are made up, because nobody declared that the account has them.
        """
        asked = list(wanted)
        for appid, kind in sorted({(appid, kind) for appid, _, kind in asked if kind in RIGHTS}):
            self.world.ensure_account(appid, **{RIGHTS[kind]: True})
        tags = {
            (appid, tag)
            for appid, who, _ in asked
            for tag in (who.tag_id, who.tag)
            if tag is not None
        }
        invented: set[tuple[str, int | str]] = set()
        # Ids first: a tag that is known by name alone must not take one of them.
        for appid, tag in sorted(
            tags, key=lambda each: (each[0], isinstance(each[1], str), str(each[1]))
        ):
            number, name = (tag, f"标签 {tag}") if isinstance(tag, int) else (None, tag)
            given = self.world.ensure_tag(appid, number, name, TAG_FOLLOWERS, invented=True)
            if self.world.is_invented(appid, given):
                invented.add((appid, tag))
        return invented

    def advance_clock(self, windows: Iterable[Window], *, lasting: bool) -> None:
        """Let it be the opening of the earliest of `windows`, or later: in the sandbox, or for this process alone."""
        openings = [window.not_before for window in windows]
        if openings and lasting:
            self.world.ensure_not_before(min(openings))
        elif openings:
            self.clock.suppose(min(openings))

    def untold_events(self, state: State) -> list[JobFinish]:
        """Read the events that WeChat would have posted by now, that tell an end which the ledger does not have.

        An event of a job that nobody knows is among them only while a send is in doubt.
        """
        jobs = {job.msg_id: job for record in state.records.values() for job in record.jobs}
        in_doubt = any(record.is_in_doubt for record in state.records.values())
        untold = []
        for body in self.world.events():
            finish = read_finish(body)
            if isinstance(finish, Fault):
                raise InvariantError(
                    f"the sandbox made an event that cannot be read: {finish.message}"
                )
            job = jobs.get(finish.said.msg_id)
            known = None if job is None else job.ends.get(finish.said.status)
            if in_doubt if job is None else known is None or known.source != "event":
                untold.append(finish)
        return untold


def embedded(root: Path, settings: MassctlFile, real_now: Callable[[], datetime]) -> Embedded:
    """Open the repository's sandbox, where every account of massctl.yaml exists."""
    sandbox = open_world(Places(root).world, real_now=real_now)
    for key, account in settings.accounts.items():
        known = {"kind": account.kind, "original_id": account.original_id or ""}
        pays = account.external_links == "keep"
        sandbox.ensure_account(account.appid, **known, name=settings.name_of(key), wechat_pay=pays)
    return Embedded(sandbox, SandboxClock(sandbox))
