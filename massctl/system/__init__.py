"""What the operating system of this machine has; nothing else asks which one it is.

`massctl.system.posix` is Linux and macOS, `massctl.system.windows` is Windows. Both have the same names. Where CAN_SEND
is false, neither the walls of the child nor the locks of the ledger are there, so no verb that needs them runs.
"""

import sys

if sys.platform == "win32":
    from massctl.system.windows import (
        CAN_SEND,
        LOOK_FLAGS,
        NEEDED_VARIABLES,
        READ_FLAGS,
        answered_apart,
        begin_again,
        bound,
        duplicate,
        end_with_its_own,
        file_in_memory,
        flush,
        forget_typed_ahead,
        has_ended,
        hide_memory,
        hold_lock,
        is_locked,
        is_root,
        limits,
        login_name,
        open_below,
        release_lock,
        replace_file,
    )
else:
    from massctl.system.posix import (
        CAN_SEND,
        LOOK_FLAGS,
        NEEDED_VARIABLES,
        READ_FLAGS,
        answered_apart,
        begin_again,
        bound,
        duplicate,
        end_with_its_own,
        file_in_memory,
        flush,
        forget_typed_ahead,
        has_ended,
        hide_memory,
        hold_lock,
        is_locked,
        is_root,
        limits,
        login_name,
        open_below,
        release_lock,
        replace_file,
    )

__all__ = [
    "CAN_SEND",
    "LOOK_FLAGS",
    "NEEDED_VARIABLES",
    "READ_FLAGS",
    "answered_apart",
    "begin_again",
    "bound",
    "duplicate",
    "end_with_its_own",
    "file_in_memory",
    "flush",
    "forget_typed_ahead",
    "has_ended",
    "hide_memory",
    "hold_lock",
    "is_locked",
    "is_root",
    "limits",
    "login_name",
    "open_below",
    "release_lock",
    "replace_file",
]
