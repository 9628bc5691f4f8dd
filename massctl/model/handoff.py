"""The hand-off list of a campaign as the ledger and plans name it: one text for each thing to do."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from massctl.model.campaign import Handoff


def handoff_items(declared: "Handoff | None") -> tuple[str, ...]:
    """Name everything that is declared, in one order: `original`, `album: 秋季`, `other: …`; each once."""
    if declared is None:
        return ()
    marks = {"original": declared.original, "reward": declared.reward, "ai_label": declared.ai_label}
    words = [("album", declared.album), ("statement", declared.statement)]
    words += [("other", each) for each in declared.other or ()]
    named = [kind for kind, set_ in marks.items() if set_] + [f"{kind}: {text}" for kind, text in words if text]
    return tuple(dict.fromkeys(named))
