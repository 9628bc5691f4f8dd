"""Sentences that remember what they were made from."""

from massctl.model.phrase import Phrase, in_a_row


def test_one_sentence_stays_as_it_is() -> None:
    only = Phrase("{name} differs", name="title")
    assert only is in_a_row([only])


def test_sentences_in_a_row_can_still_be_taken_apart() -> None:
    joined = in_a_row([Phrase("first {n}", n=1), Phrase("second"), Phrase("third")])
    assert "first 1; second; third" == joined
    assert isinstance(joined, Phrase)
    assert ("{first}; {second}", "first 1; second") == (joined.template, joined.values["first"])
