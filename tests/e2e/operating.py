"""What an operator does after a run that was cut short, and what must be true then: the sandbox's own books decide."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from processes import Desk, Wechat
from said import Said

LEDGER: Final = "massctl.state.jsonl"
REVIEWER: Final = "preview:\n  towxname: [editor_lin]\n"
RUNS_MAX: Final = 2
"""So many more runs are enough, whatever happened."""
NIGHTLY: Final = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
"""At night every moment is tried; by day the telling ones."""
BREAKING: Final = Path(__file__).with_name("breaking")
MAY_BE_VIOLATED: Final = frozenset({"second_upload", "clientmsgid_repeated_within_a_minute"})
"""An upload that nobody lived to record is made once more; and the machine's clock is not the world's, here."""


@dataclass
class Story:
    """A campaign whose first run was cut short, and what is wrong with how it went on."""

    wechat: Wechat
    desk: Desk
    name: str
    wrong: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, wechat: Wechat, folder: Path, name: str, port: int | None = None) -> "Story":
        """Set out a campaign `letter` of an article, and `notice` of words, in an empty world."""
        wechat.reset()
        desk = Desk.at(folder, wechat, port)
        desk.tree.news("letter", more=REVIEWER)
        desk.tree.text("notice", more=REVIEWER)
        return cls(wechat, desk, name)

    def require(self, holds: bool, *said: object) -> None:
        if not holds:
            self.wrong.append(" ".join(str(each) for each in said))

    def breaking(self, **points: object) -> dict[str, str]:
        """Give the variables with which a run breaks at a point of its own."""
        variables = {f"BREAK_{name.upper()}": str(value) for name, value in points.items()}
        return {"PYTHONPATH": str(BREAKING), "BREAK_ROOT": str(self.desk.tree.root), **variables}

    def broken(self, **points: object) -> Said:
        """Apply, and break at a point."""
        desk = Desk(self.desk.tree, {**self.desk.variables, **self.breaking(**points)})
        return desk.apply(self.name)

    def open_attempts(self) -> int:
        """Count the attempts that the ledger knows no end of."""
        path = self.desk.tree.root / LEDGER
        whole = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        count = 0
        for line in whole:
            match json.loads(line)["type"]:
                case "send_attempted":
                    count += 1
                case "send_rejected":
                    count -= 1
                case "send_accepted" | "send_settled":
                    count = 0
        return count

    def ended_as_it_says(self, done: Said, otherwise: int) -> None:
        """An attempt is open, and the run ended with 4; or it ended as `otherwise`."""
        due = 4 if self.open_attempts() else otherwise
        self.require(
            done.status == due, "the run ended with", done.status, "in place of", due, done.err
        )
        self.require("Traceback" not in done.err, done.err)

    def carry_on(self) -> None:
        """Run again, as an operator would, until it is done or in doubt; then look, and tell massctl what is there."""
        self.wechat.later()
        statuses = []
        for _ in range(RUNS_MAX):
            done = self.desk.apply(self.name)
            statuses.append(done.status)
            if done.status == 0:
                break
            self.wechat.later()
        self.require(statuses[-1] in (0, 4), "more runs ended with", statuses, done.out, done.err)
        if statuses[-1] == 4:
            jobs = self.wechat.jobs()
            testimony = ["--sent", str(jobs[0]["msg_id"])] if jobs else ["--not-sent"]
            settled = self.desk.massctl(
                "reconcile", self.name, *testimony, "--reason", "looked in the console"
            )
            last = self.desk.apply(self.name)
            self.require((settled.status, last.status) == (0, 0), "not settled:", settled, last)

    def judge(self) -> list[str]:
        """Compare what the sandbox knows with what massctl may have done."""
        report = self.wechat.report()
        self.require(len(report["jobs"]) == 1, len(report["jobs"]), "jobs")
        self.require(len(report["previews"]) <= 1, len(report["previews"]), "previews")
        alive = _alive(report)
        self.require(alive == [], "drafts are left:", alive)
        violations = {each["kind"] for each in report["violations"]} - MAY_BE_VIOLATED
        self.require(violations == set(), "violations:", violations)
        verified = self.desk.massctl("state", "verify")
        self.require(verified.status == 0, verified.out, verified.err)
        self.require(self.open_attempts() == 0, "an attempt is open")
        return self.wrong


def _alive(report: dict[str, Any]) -> list[str]:
    return [draft["media_id"] for draft in report["drafts"] if draft["consumed_by"] is None]
