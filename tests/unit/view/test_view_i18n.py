"""Sentences in two languages."""

from collections.abc import Iterator

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.cli.main import massctl
from massctl.model.phrase import Command, Phrase, plural_phrase
from massctl.view.i18n import Flags, Language, say


def test_english_is_the_phrase_itself():
    assert "tag 101" == say(Phrase("tag {tag_id}", tag_id=101), Language.EN)


def test_chinese_comes_from_the_catalogue():
    assert "标签 101" == say(Phrase("tag {tag_id}", tag_id=101), Language.ZH)


def test_a_value_that_is_a_phrase_is_said_too():
    inner = Phrase("tag {tag_id}", tag_id=101)
    assert "群发给标签 101：发出后无法撤回" == say(
        Phrase("send to {audience}: this cannot be undone", audience=inner), Language.ZH
    )


def test_a_format_of_a_field_holds_in_both_languages():
    said = plural_phrase("{count:,} follower", "{count:,} followers", count=1234567)
    assert ("1,234,567 followers", "1,234,567 位粉丝") == (
        say(said, Language.EN),
        say(said, Language.ZH),
    )


@pytest.mark.parametrize(
    ("count", "english", "chinese"),
    [(0, "0 jobs", "0 个任务"), (1, "1 job", "1 个任务"), (2, "2 jobs", "2 个任务")],
)
def test_a_count_has_the_plural_of_its_language(count: int, english: str, chinese: str):
    said = plural_phrase("{count} job", "{count} jobs", count=count)
    assert (english, english, chinese) == (
        str(said),
        say(said, Language.EN),
        say(said, Language.ZH),
    )


def test_an_empty_sentence_is_not_the_header_of_the_catalogue():
    assert "" == say(Phrase(""), Language.ZH)


def test_anything_else_is_given_as_it_is():
    assert "every follower" == say("every follower", Language.ZH)


def test_a_sentence_without_an_entry_is_said_in_english():
    template = "nobody ever says {this}"
    assert "nobody ever says that" == say(Phrase(template, this="that"), Language.ZH)


ALL = Flags("-C 'a {b} c'", sandbox=True, locked=True)
WORDS = st.lists(
    st.sampled_from(
        ["massctl apply", "massctl -C r2 plan", "`massctl status`", "{name}", "}", " ", "风"]
    )
    | st.text(),
    max_size=4,
).map("".join)


@given(
    WORDS, st.sampled_from(["en", "zh"]), st.sampled_from([ALL, Flags("-C r"), Flags(sandbox=True)])
)
def test_what_fills_a_sentence_is_never_changed(words: str, value: str, flags: Flags) -> None:
    language = Language("en" if value == "en" else "zh", flags)
    template = "the plan is saved; to carry out exactly this: {command}"
    once = say(Phrase(template, command=Command("apply", "--plan", "?")), language)
    again = Phrase(template, command=Command("apply", "--plan", words))
    inside = Phrase("hint: {hint}", hint=again)
    assert once.split("?")[0] + words == say(again, language)
    assert say(inside, language).endswith(say(again, language))
    assert words == say(words, language)
    assert say(Command("apply", words), language).endswith(words)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (ALL, "massctl -C 'a {b} c' apply --sandbox --locked x"),
        (Flags(sandbox=True), "massctl apply --sandbox x"),
        (Flags(locked=True), "massctl apply --locked x"),
        (Flags(), "massctl apply x"),
    ],
)
@pytest.mark.parametrize("value", ["en", "zh"])
def test_advice_has_what_this_run_was_given(value: str, flags: Flags, said: str) -> None:
    language = Language("en" if value == "en" else "zh", flags)
    command = Command("apply", "x")
    sentence = Phrase("{campaigns} / {command}", campaigns="massctl apply", command=command)
    assert [said, f"massctl apply / {said}"] == [say(command, language), say(sentence, language)]


def test_a_verb_gets_no_flag_that_it_does_not_take() -> None:
    english = Language("en", ALL)
    assert "massctl -C 'a {b} c' stop" == say(Command("stop"), english)
    assert "massctl -C 'a {b} c' validate --sandbox" == say(Command("validate"), english)
    assert "massctl -C 'a {b} c' state show --sandbox" == say(Command("state show"), english)
    assert "massctl explain MC016" == say(Command("explain", "MC016"), english)
    assert "massctl apply --sandbox x" == say(
        Command("apply", "--sandbox x"), Language("en", Flags(sandbox=True))
    )


def test_a_command_in_a_sentence_says_its_arguments_in_the_language_of_the_sentence() -> None:
    assert "massctl state restore 文件" == say(
        Command("state restore", Phrase("FILE")), Language.ZH
    )


def _options(below: click.Command, *path: str) -> Iterator[tuple[str, set[str]]]:
    yield " ".join(path), {flag for each in below.params for flag in each.opts}
    if isinstance(below, click.Group):
        context = click.Context(below)
        for name in below.list_commands(context):
            if (each := below.get_command(context, name)) is not None:
                yield from _options(each, *path, name)


VERBS = dict(_options(massctl))


def test_the_table_of_flags_is_what_the_verbs_take() -> None:
    flags, language = {"--sandbox", "--locked"}, Language("en", Flags(sandbox=True, locked=True))
    added = {verb: flags & {*say(Command(verb), language).split()} for verb in VERBS if verb}
    assert added == {verb: flags & taken for verb, taken in VERBS.items() if verb}


def test_a_selection_is_advised_to_every_verb_that_takes_one() -> None:
    language = Language("en", Flags(selection="--group clients/east"))
    added = {verb for verb in VERBS if verb and "--group" in say(Command(verb), language).split()}
    assert added == {verb for verb, taken in VERBS.items() if "--group" in taken}
