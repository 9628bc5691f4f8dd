"""A campaign's name in a sentence that was written before it was known whose it is."""

from massctl.model.phrase import UNNAMED, Phrase, about, in_a_row


def test_a_name_that_was_left_open_is_filled_in_wherever_it_stands() -> None:
    left_open = Phrase("then: massctl adopt {name}", name=UNNAMED)
    said = about(in_a_row([Phrase("wait"), left_open]), "spring")
    assert ("wait; then: massctl adopt spring", "then: massctl adopt NAME") == (said, left_open)


def test_other_sentences_stay_as_they_are() -> None:
    named = Phrase("then: massctl adopt {name}", name="sale")
    assert ("sale", "NAME", "plain") == (
        about(named, "spring").removeprefix("then: massctl adopt "),
        about("NAME", "spring"),
        about(Phrase("plain"), "spring"),
    )
