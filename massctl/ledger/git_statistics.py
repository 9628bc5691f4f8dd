"""The archive of statistics on a branch of the ledger's remote."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO

from massctl.errors import LedgerUnreachableError
from massctl.ledger.git_branch import GitBranch, Push, Tip
from massctl.ledger.statistics import StatisticsFiles
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase
from massctl.model.statistics import JudgedCall, Statistics

PUSHES_MAX = 5
"""Our own bound, as for the ledger."""
_README = """\
# Statistics

What WeChat counted of this repository's sends, as massctl collected it: JSON lines, a folder for each account. massctl
only appends. `massctl report` reads this branch; no send depends on it.
"""


class GitStatistics(StatisticsFiles):
    """The same files on a branch of the remote, beside the ledger's: that branch stays small.

    What is added waits for `flush`, which is one commit and one push. Where another runner pushed first, the lines are
    appended behind its own. Without the remote, `load` reads the copy that was fetched last. `calls` does not: that
    would let calls be made whose answers nobody could keep.

    If somebody deleted the branch, the copy takes its place: WeChat counts an article for 30 days, so what was on the
    branch cannot be collected again.
    """

    def __init__(self, branch: GitBranch, tell: Callable[[Phrase], None] = lambda _: None) -> None:
        self._branch = branch
        self._tell = tell
        self._fetched: list[Tip | None] = []
        """Empty until the branch was fetched; then where it is, None if the remote has none."""
        self._is_gone = False
        """Whether the remote has it no more, and the copy takes its place."""
        self._waiting: dict[str, list[str]] = {}

    def load(self, appid: AppId, since: date | None = None) -> Statistics:
        """Read as `StatisticsFiles.load` does, also from the copy that was fetched last."""
        try:
            self._tip()
        except LedgerUnreachableError as error:
            known = self._branch.fetched()
            if known is None:
                raise
            self._tell(
                Phrase("{why}\nShown are the statistics that were fetched last.", why=error.summary)
            )
            self._fetched = [known]
        return super().load(appid, since)

    def calls_known_here(self, appid: AppId) -> tuple[JudgedCall, ...]:
        """See `massctl.apply.ports.StatisticsArchive`."""
        if not self._fetched and (known := self._branch.fetched()) is None:
            return ()
        copy = GitStatistics(self._branch, self._tell)
        copy._fetched = self._fetched or [known]
        return copy.calls(appid)

    def flush(self) -> None:
        """Push what was added; raise LedgerUnreachableError if that fails: then it is lost, and due again."""
        for _ in range(PUSHES_MAX):
            if not self._waiting:
                return
            before = self._tip()
            files = dict(zip(self._waiting, self._contents(list(self._waiting)), strict=True))
            written: dict[str, bytes | None] = {
                path: _ended(data or b"")
                + "".join(f"{line}\n" for line in self._waiting[path]).encode()
                for path, data in files.items()
            }
            if before is None or self._is_gone:
                written["README.md"] = _README.encode()
            # The copy has one commit without its parents, which no remote takes: its folders go into a new one.
            kept = self._branch.list(before, "") if before is not None and self._is_gone else {}
            folders = {name: tree for name, tree in kept.items() if name not in written}
            parent = None if self._is_gone else before
            commit = self._branch.commit(parent, written, "Statistics", trees=folders)
            pushed = self._branch.push(commit)
            if pushed.outcome is Push.DONE:
                self._fetched, self._waiting, self._is_gone = [commit], {}, False
                return
            self._fetched = []
            if pushed.outcome is Push.REFUSED and pushed.why is not None:
                raise pushed.why
        raise LedgerUnreachableError(
            Phrase("other runners pushed to the branch of the statistics first, again and again"),
            Phrase(
                "{branch}. What was collected is lost, and is due again.", branch=self._branch.name
            ),
            Phrase("run the same command again"),
        )

    def _tip(self) -> Tip | None:
        if not self._fetched:
            known, there = self._branch.fetched(), self._branch.fetch(forget=False)
            self._is_gone = there is None and known is not None
            if self._is_gone:
                self._tell(
                    Phrase(
                        "{branch} is gone from the remote: its copy here is shown, and the next collection pushes it",
                        branch=self._branch.name,
                    )
                )
            self._fetched = [there or known]
        return self._fetched[0]

    def _contents(self, paths: Sequence[str]) -> list[bytes | None]:
        tip = self._tip()
        return self._branch.read(tip, paths) if tip is not None and paths else [None] * len(paths)

    def _names(self, appid: AppId) -> Sequence[str]:
        tip = self._tip()
        here = self._branch.list(tip, appid) if tip is not None else {}
        waiting = {
            path.removeprefix(f"{appid}/") for path in self._waiting if path.startswith(f"{appid}/")
        }
        return sorted({*here, *waiting})

    def _lines(self, appid: AppId, names: Sequence[str]) -> Iterable[bytes]:
        paths = [f"{appid}/{name}" for name in names]
        for path, data in zip(paths, self._contents(paths), strict=True):
            yield from (line.removesuffix(b"\n") for line in BytesIO(data or b""))
            yield from (line.encode() for line in self._waiting.get(path, ()))

    def _append(self, appid: AppId, lines: Mapping[str, Sequence[str]]) -> None:
        for name, each in lines.items():
            self._waiting.setdefault(f"{appid}/{name}", []).extend(each)


def _ended(data: bytes) -> bytes:
    """End a torn last line, so that the next one stands by itself."""
    return data if not data or data.endswith(b"\n") else data + b"\n"
