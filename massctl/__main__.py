"""The `massctl` command; also `python -m massctl`."""

import gc
import os

# A run imports much and frees little: collecting in between costs a tenth of a plan's time.
gc.set_threshold(100_000)
# pydantic would look through every installed package for plugins, and none may change what a campaign means.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from massctl.cli.main import main  # noqa: E402 - the two lines above must come first

if __name__ == "__main__":
    main()
