"""What a run ends with, in the form that was asked for; each form loads its own view and no other."""

from massctl.apply.outcome import Outcome
from massctl.cli.answering import Answer
from massctl.cli.output import Console


def tell_outcome(answer: Answer, voice: Console, outcome: Outcome) -> int:
    """Tell what `apply`, `preview` or a repeated send did, and give its exit status."""

    def document() -> str:
        from massctl.view.as_json import apply_json

        return apply_json(outcome, voice.language)

    def words() -> str:
        from massctl.view.outcome_text import outcome_text

        return outcome_text(outcome, voice.language, voice.style, voice.width)

    answer.tell(voice, document, words)
    return outcome.exit_status()
