"""Phrases: sentences that remember what they were made from, names left open, and the system's reasons."""

import errno
import os
import pickle
from datetime import timedelta

import pytest
from building import NOW

from massctl.model.phrase import (
    UNNAMED,
    AccountKey,
    Command,
    Phrase,
    about,
    enumerated,
    in_a_row,
    in_time,
    system_reason,
)
from massctl.view.i18n import Language, say


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
    assert ["one, two, six", "one、two、six"] == [
        say(listed, language) for language in (Language.EN, Language.ZH)
    ]


def test_a_command_keeps_its_verb_apart_from_the_words_of_others() -> None:
    command = Command("state import", "--msg-id", 7, "{x}")
    assert "massctl state import --msg-id 7 {x}" == command
    assert "{x}" not in command.template
    assert ("state import", ("--msg-id", 7, "{x}")) == (command.verb, command.arguments)
    assert "massctl plan" == Command("plan")


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


@pytest.mark.parametrize(
    "number", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EROFS, errno.ENAMETOOLONG]
)
def test_what_a_person_can_mend_is_said_in_both_languages(number: int):
    said = system_reason(OSError(number, os.strerror(number)))
    assert isinstance(said, Phrase)
    assert os.strerror(number) == say(said, Language.EN)
    assert said != say(said, Language.ZH)


def test_anything_else_is_passed_on():
    assert "Broken pipe" == system_reason(OSError(errno.EPIPE, "Broken pipe"))
    assert "odd" == system_reason(OSError(None, "odd"))
    assert "TimeoutError" == system_reason(TimeoutError())


def test_a_phrase_is_its_english_sentence_and_remembers_where_it_came_from():
    phrase = Phrase("{count} pictures of {name}", count=3, name=Phrase("nobody"))
    assert (
        "3 pictures of nobody",
        "{count} pictures of {name}",
        {"count": 3, "name": "nobody"},
    ) == (
        phrase,
        phrase.template,
        phrase.values,
    )


def test_braces_are_only_fields_where_there_are_values():
    assert ("{left alone}", "{left alone}") == (
        Phrase("{left alone}"),
        Phrase("{left alone}").template,
    )
    assert "a {b} c" == Phrase("a {value} c", value="{b}")


def test_a_phrase_survives_pickling():
    phrase = pickle.loads(pickle.dumps(Phrase("{a}", a=1)))
    assert ("1", "{a}", {"a": 1}) == (phrase, phrase.template, phrase.values)


def test_a_name_that_was_left_open_in_a_command_is_put_in() -> None:
    said = Phrase("then `{command}`", command=Command("adopt", UNNAMED, "--reason TEXT"))
    assert "then `massctl adopt sale --reason TEXT`" == about(said, "sale")
    told = about(said, "sale")
    assert isinstance(told, Phrase)
    assert isinstance(told.values["command"], Command)


def test_an_account_is_called_by_its_key_until_a_language_knows_its_name() -> None:
    assert ("east", {"account": "east"}) == (AccountKey("east"), AccountKey("east").values)
    named = Language("en", labels=(("east", "东区"),))
    assert ("东区", "west") == (say(AccountKey("east"), named), say(AccountKey("west"), named))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-60, "in less than a minute"),
        (1, "in 1 min"),
        (61, "in 2 min"),
        (47 * 3600 + 61, "in 47 h 2 min"),
        (49 * 3600, "in 2 days 1 h"),
    ],
)
def test_how_long_it_is_is_told_to_the_minute_and_never_too_early(seconds: int, said: str) -> None:
    assert said == in_time(NOW + timedelta(seconds=seconds), NOW)
