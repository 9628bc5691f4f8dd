"""The Chinese catalogue: every sentence of massctl that people read.

One module a room. A sentence that several rooms say stands in the first that says it.
"""

from typing import Final

from massctl.view.zh_access import ACCESS
from massctl.view.zh_after import AFTER
from massctl.view.zh_allowance import ALLOWANCE
from massctl.view.zh_audience import AUDIENCE
from massctl.view.zh_blocks import BLOCKS
from massctl.view.zh_brake import BRAKE
from massctl.view.zh_ci import CI
from massctl.view.zh_command import COMMAND
from massctl.view.zh_comment import COMMENT
from massctl.view.zh_core import CORE
from massctl.view.zh_difference import DIFFERENCE
from massctl.view.zh_doctor import DOCTOR
from massctl.view.zh_git import GIT
from massctl.view.zh_handoff import HANDOFF
from massctl.view.zh_lock import LOCK
from massctl.view.zh_media import MEDIA
from massctl.view.zh_message import MESSAGE
from massctl.view.zh_notify import NOTIFY
from massctl.view.zh_pages import PAGES
from massctl.view.zh_preview import PREVIEW
from massctl.view.zh_render import RENDER
from massctl.view.zh_repair import REPAIR
from massctl.view.zh_rules import RULES
from massctl.view.zh_settling import SETTLING
from massctl.view.zh_source import SOURCE
from massctl.view.zh_theme import THEME
from massctl.view.zh_view import VIEW

CATALOGUE: Final[dict[str, str]] = {
    **VIEW,
    **CORE,
    **LOCK,
    **PREVIEW,
    **DIFFERENCE,
    **COMMENT,
    **COMMAND,
    **AUDIENCE,
    **SETTLING,
    **SOURCE,
    **RENDER,
    **REPAIR,
    **RULES,
    **THEME,
    **BLOCKS,
    **ACCESS,
    **MESSAGE,
    **ALLOWANCE,
    **MEDIA,
    **AFTER,
    **PAGES,
    **DOCTOR,
    **NOTIFY,
    **HANDOFF,
    **CI,
    **BRAKE,
    **GIT,
}
"""English template -> Chinese template with the same fields."""
