"""For every test: hypothesis without deadlines, since a busy machine is no fault of the code.

`HYPOTHESIS_PROFILE=nightly` runs many more examples of everything; tests/fuzz/fuzzing.py says how many of its own.
"""

import os
import signal

import pytest
from hypothesis import settings

NIGHT_SECONDS = 3600

settings.register_profile("massctl", deadline=None)
settings.register_profile("nightly", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "massctl"))

# A shell starts what it puts into the background deaf to Ctrl-C, and every process of ours that a test stops by Ctrl-C
# would inherit that and never end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests the time that a nightly run needs."""
    if os.environ.get("HYPOTHESIS_PROFILE") == "nightly":
        for item in items:
            item.add_marker(pytest.mark.timeout(NIGHT_SECONDS))
