"""What the operating system of this machine has; nothing else asks which one it is.

`massctl.system.posix` is Linux and macOS, `massctl.system.windows` is Windows. Both have the same names. Where CAN_SEND
is false, neither the walls of the child nor the locks of the ledger are there, so no verb that needs them runs.
"""

import sys

if sys.platform == "win32":
    from massctl.system.windows import *  # noqa: F403 - every name that it defines
else:
    from massctl.system.posix import *  # noqa: F403
