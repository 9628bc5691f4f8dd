"""`massctl.listen:app`: what `massctl listen` serves, for gunicorn, uvicorn or a function platform.

`MASSCTL_DIR` names the folder of massctl.yaml, else it is the current one. `app` is made when it is first asked for,
and speaks WSGI and ASGI.
"""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from massctl.callback.app import Application

_made: "list[Application]" = []


def __getattr__(name: str) -> Any:
    """Return `app`, made once; raise SystemExit, after it said why, where nothing can be heard."""
    if name != "app":
        raise AttributeError(name)
    if not _made:
        from massctl.cli.listener import application
        from massctl.cli.output import show_error
        from massctl.errors import MassctlError

        try:
            _made.append(application(os.environ.get("MASSCTL_DIR") or "."))
        except MassctlError as error:
            show_error(error)
            raise SystemExit(error.exit_status) from None
    return _made[0]
