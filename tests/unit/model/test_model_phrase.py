"""Sentences that remember what they were made from."""

from massctl.model.phrase import Command, Phrase, enumerated, in_a_row
from massctl.view.language import Language, say


def test_one_sentence_stays_as_it_is() -> None:
    only = Phrase("{name} differs", name="title")
    assert only is in_a_row([only])


def test_sentences_in_a_row_can_still_be_taken_apart() -> None:
    joined = in_a_row([Phrase("first {n}", n=1), Phrase("second"), Phrase("third")])
    assert "first 1; second; third" == joined
    assert isinstance(joined, Phrase)
    assert ("{first}; {second}", "first 1; second") == (joined.template, joined.values["first"])


def test_names_are_listed_as_each_language_lists_them() -> None:
    listed = enumerated(["one", "two", "six"])
    assert ["one, two, six", "one、two、six"] == [say(listed, language) for language in (Language.EN, Language.ZH)]


def test_a_command_keeps_its_verb_apart_from_the_words_of_others() -> None:
    command = Command("state import", "--msg-id", 7, "{x}")
    assert "massctl state import --msg-id 7 {x}" == command
    assert "{x}" not in command.template
    assert ["--msg-id", 7, "{x}"] == list(command.values.values())
    assert "massctl plan" == Command("plan")
