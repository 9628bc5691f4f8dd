"""Watch the working tree: campaigns/ with everything below, massctl.yaml, accounts/, audiences/, the ledger and the
statistics.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from massctl.model.ids import CAMPAIGNS
from massctl.source.repository import SETTINGS_PATHS

if TYPE_CHECKING:
    from watchfiles import Change


STEP_MILLISECONDS = 20
"""How long it has to be quiet before changes are told: an editor saves a file in several steps."""
DEBOUNCE_MILLISECONDS = 200
"""Changes that go on and on are told after this all the same."""
_LOOK_MILLISECONDS = 200
"""How often the other files are looked at, and whether campaigns/ is still the folder that is watched."""

Identity = tuple[int, ...] | None


class Watcher:
    """A thread that tells changes, by paths from the root, until it is ended."""

    def __init__(
        self, root: Path, kept: Sequence[Path], changed: Callable[[set[str]], None]
    ) -> None:
        """Watcher below `root`; `kept` are the ledger's file and the folders of statistics and audiences."""
        self._root = root.resolve()
        self._files = (
            *SETTINGS_PATHS,
            *(each.resolve().relative_to(self._root).as_posix() for each in kept),
        )
        self._changed = changed
        self._ended = threading.Event()
        self._known = self._look()

    def begin(self) -> None:
        """Start the thread, which reports changes."""
        threading.Thread(target=self._watch, name="massctl-watch", daemon=True).start()

    def end(self) -> None:
        """Ask the thread to end."""
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.is_set():
            self._known[CAMPAIGNS] = None  # What happened before it was watched is not known.
            for changed in self._campaign_changes():
                now = self._look()
                different = {
                    path for path, identity in now.items() if identity != self._known[path]
                }
                self._known = now
                if changed or different:
                    self._changed(changed | different)
                if CAMPAIGNS in different and now[CAMPAIGNS] != self._watched:
                    break  # Git may have put another folder in its place.

    def _look(self) -> dict[str, Identity]:
        """Tell the files and the folder from others of the same name."""
        return {CAMPAIGNS: _identity(self._root / CAMPAIGNS)} | {
            each: _kept(self._root / each) for each in self._files
        }

    def _campaign_changes(self) -> Iterator[set[str]]:
        """Return changes below campaigns/, and now and then none.

        Where the system cannot watch so much, files are looked at in turn.
        """
        # Only this verb watches.
        from watchfiles import watch

        self._watched = _identity(self._root / CAMPAIGNS)
        if self._watched is None:
            yield set()
            self._ended.wait(_LOOK_MILLISECONDS / 1000)
            return
        for polling in (None, True):
            try:
                for changes in watch(
                    self._root / CAMPAIGNS,
                    watch_filter=self._is_wanted,
                    step=STEP_MILLISECONDS,
                    debounce=DEBOUNCE_MILLISECONDS,
                    stop_event=self._ended,
                    raise_interrupt=False,
                    force_polling=polling,
                    rust_timeout=_LOOK_MILLISECONDS,
                    yield_on_timeout=True,
                ):
                    yield {self._relative(path) for _, path in changes}
            except (OSError, RuntimeError):
                # Too many watches, no watch support, or the folder is gone: fall back to polling.
                continue
            return

    def _is_wanted(self, _: "Change", path: str) -> bool:
        return is_source(self._relative(path))

    def _relative(self, path: str) -> str:
        try:
            return Path(path).relative_to(self._root).as_posix()
        except ValueError:
            return CAMPAIGNS  # It is a link, and the system tells where it leads.


def _kept(path: Path) -> Identity:
    """Tell a file, or what is in a folder and the folders in it, from what it was; None without one."""
    if not path.is_dir():
        return _identity(path)
    below = sorted([*path.glob("*"), *path.glob("*/*")])
    return tuple(number for each in below for number in _identity(each) or ())


def _identity(path: Path) -> Identity:
    """Tell a folder from another of the same name, and a file from what it was; None without one."""
    try:
        status = path.stat()
    except OSError:
        return None
    which = status.st_dev, status.st_ino
    return which if path.is_dir() else (*which, status.st_mtime_ns, status.st_size)


def is_source(path: str) -> bool:
    """Return whether a path can matter to a campaign. Files that editors leave behind (`.x`, `x~`) cannot."""
    return not any(part.startswith(".") or part.endswith("~") for part in path.split("/"))
