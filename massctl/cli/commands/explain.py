"""`massctl explain`: a diagnostic's code, a guard, an exit status or an errcode of WeChat in words."""

import click


@click.command(name="explain")
@click.argument("code", required=False, metavar="[CODE]")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Speak it here; else MASSCTL_LANG, else the locale.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(code: str | None, language: str | None, form: str) -> None:
    """Say what a CODE means, why massctl cares, and what to do; without one, list them all.

    CODE is a diagnostic (MC014), a guard (draft_gone), an exit status (5) or an errcode of WeChat (45028). Needs no
    repository.
    """
    from massctl.cli.explaining import explained, explanations
    from massctl.cli.output import choose_language, chosen_language, speak_as, voice

    choose_language(language or chosen_language())
    speaker = speak_as(voice(None))
    if form == "json":
        from massctl.view.json_documents import explain_json

        chosen = explanations(speaker.language) if code is None else [explained(code, speaker.language)]
        speaker.document(explain_json(chosen, speaker.language))
        return
    from massctl.view.explain import explanation_text, explanations_text

    if code is None:
        everything = explanations(speaker.language)
        speaker.result(explanations_text(everything, speaker.language, speaker.style, speaker.width))
    else:
        one = explained(code, speaker.language)
        speaker.result(explanation_text(one, speaker.language, speaker.style, speaker.width))
