"""The `massctl` command; also `python -m massctl`."""

import gc
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
"""As `massctl.cli.exit_codes.ExitStatus.INTERRUPTED`, which cannot be imported yet where this is used."""


def main() -> NoReturn:
    """Run the command line of this process; being told to end is the same as Ctrl-C, at any moment."""
    # A run makes much and leaves few cycles: one collection in between takes 40 ms and finds nothing.
    gc.set_threshold(1_000_000)
    # pydantic would look through every installed package for plugins, and none may change what a campaign means.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        # Windows has no SIGHUP, and is told so later.
        for number in (
            getattr(signal, each) for each in ("SIGTERM", "SIGHUP") if hasattr(signal, each)
        ):
            # Whoever starts us with nohup means it.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _interrupt)
        _begin_child(sys.argv[1:])
        from massctl.cli.main import main as run

        run()
    except KeyboardInterrupt:
        # Ctrl-C during imports, or a second Ctrl-C while the first is reported.
        os._exit(INTERRUPTED)


def _begin_child(arguments: list[str]) -> None:
    """Start the child process of a verb that renders: it imports half of what this one imports, at the same time."""
    from massctl.cli.commands import RENDERING

    if not RENDERING.intersection(arguments) or "--help" in arguments:
        return
    from pathlib import Path

    from massctl.child import start_early

    directory = arguments.index("-C") + 1 if "-C" in arguments else len(arguments)
    start_early(Path(*arguments[directory : directory + 1]))


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
