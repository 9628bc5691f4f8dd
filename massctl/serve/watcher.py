"""Watches the working tree: campaigns/ with everything below, the ledger, and what pages are made from of the root."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from massctl.source.repository import CAMPAIGNS, SETTINGS

if TYPE_CHECKING:
    from watchfiles import Change


STEP_MILLISECONDS: Final = 20
"""How long it has to be quiet before changes are told: an editor saves a file in several steps."""
DEBOUNCE_MILLISECONDS: Final = 200
"""Changes that go on and on are told after this all the same."""
_ABSENT_SECONDS: Final = 0.5
"""How often it is looked whether campaigns/ is there again."""
_LOOK_MILLISECONDS: Final = 500
"""How often it is looked whether the folder is still the one that is watched: git may have put another in its place."""
_POLL_MILLISECONDS: Final = 250
"""How often files are looked at where the system does not tell."""

Changed = Callable[[set[str]], None]


class Watcher:
    """A thread for each folder that tells changes, by paths from the root, until it is ended."""

    def __init__(self, root: Path, ledger: Path, changed: Changed) -> None:
        """Watcher below `root`; `ledger` is the ledger's file, in `root` or in a folder of its own."""
        self._root = root.resolve()
        self._ledger = ledger.resolve()
        self._ledger_path = self._relative(str(self._ledger))
        self._of_the_root = frozenset({SETTINGS, CAMPAIGNS, self._ledger_path})
        self._changed = changed
        self._ended = threading.Event()

    def begin(self) -> None:
        """Begin; changes are told from the threads."""
        targets = [self._watch_root, self._watch_campaigns]
        if self._ledger.parent != self._root:
            targets.append(self._watch_ledger)
        for target in targets:
            threading.Thread(target=target, name="massctl-watch", daemon=True).start()

    def end(self) -> None:
        """End soon."""
        self._ended.set()

    def _watch_root(self) -> None:
        for paths in self._changes(self._root, recursive=False, wanted=lambda path: path in self._of_the_root):
            self._changed(paths)

    def _watch_campaigns(self) -> None:
        self._watch_whenever_there(CAMPAIGNS, self._root / CAMPAIGNS, recursive=True, wanted=is_source)

    def _watch_ledger(self) -> None:
        path = self._ledger_path
        self._watch_whenever_there(path, self._ledger.parent, recursive=False, wanted=lambda found: found == path)

    def _watch_whenever_there(self, path: str, folder: Path, *, recursive: bool, wanted: Callable[[str], bool]) -> None:
        while not self._ended.is_set():
            if folder.is_dir():
                self._changed({path})  # It came, or what happened before it was watched is not known.
                for paths in self._changes(folder, recursive=recursive, wanted=wanted):
                    self._changed(paths)
            self._ended.wait(_ABSENT_SECONDS)

    def _changes(self, folder: Path, *, recursive: bool, wanted: Callable[[str], bool]) -> Iterator[set[str]]:
        """Give changes for as long as it is the same folder.

        Where the system cannot watch so much, files are looked at in turn.
        """
        # Only this verb watches.
        from watchfiles import watch

        def keep(_: "Change", path: str) -> bool:
            return wanted(self._relative(path))

        watched = _identity(folder)
        for polling in (None, True):
            try:
                for changes in watch(
                    folder,
                    watch_filter=keep,
                    step=STEP_MILLISECONDS,
                    debounce=DEBOUNCE_MILLISECONDS,
                    stop_event=self._ended,
                    raise_interrupt=False,
                    recursive=recursive,
                    force_polling=polling,
                    poll_delay_ms=_POLL_MILLISECONDS,
                    rust_timeout=_LOOK_MILLISECONDS,
                    yield_on_timeout=True,
                ):
                    if changes:
                        yield {self._relative(path) for _, path in changes}
                    if _identity(folder) != watched:
                        return  # What is watched is another folder than the one of this name now.
            except (OSError, RuntimeError):
                # Too many watches, a system that has none, or the folder went: polling knows which of them it is.
                continue
            return

    def _relative(self, path: str) -> str:
        try:
            return Path(path).relative_to(self._root).as_posix()
        except ValueError:
            return CAMPAIGNS  # It is a link, and the system tells where it leads.


def _identity(folder: Path) -> tuple[int, int] | None:
    """Tell one folder from another of the same name; None where there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def is_source(path: str) -> bool:
    """Say whether a path can matter to a campaign: not what editors leave behind (`.x`, `x~`)."""
    return not any(part.startswith(".") or part.endswith("~") for part in path.split("/"))
