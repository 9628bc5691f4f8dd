"""Sentences in two languages."""

from massctl.model.phrase import Phrase
from massctl.view.language import Language, say
from massctl.view.recorded_words import say_recorded
from massctl.view.zh import CATALOGUE


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
    said = Phrase("{count:,} followers", count=1234567)
    assert ("1,234,567 followers", "1,234,567 位粉丝") == (say(said, Language.EN), say(said, Language.ZH))


def test_anything_else_is_given_as_it_is():
    assert "every follower" == say("every follower", Language.ZH)


def test_a_sentence_without_an_entry_is_said_in_english():
    template = "nobody ever says {this}"
    assert template not in CATALOGUE
    assert "nobody ever says that" == say(Phrase(template, this="that"), Language.ZH)


def test_a_recorded_sentence_is_said_again():
    recorded = str(Phrase("no answer within {seconds} s", seconds=30))
    assert "30 秒内没有答复" == say_recorded(recorded, Language.ZH)


def test_a_recorded_sentence_in_a_sentence_is_said_again():
    recorded = "the platform is busy (errcode -1: system error)"
    assert "微信系统繁忙（errcode -1：system error）" == say_recorded(recorded, Language.ZH)


def test_a_recorded_sentence_that_nobody_knows_stays():
    assert "cosmic rays: yes." == say_recorded("cosmic rays: yes.", Language.ZH)


def test_a_recorded_sentence_is_english_in_english():
    assert "no answer within 30 s" == say_recorded("no answer within 30 s", Language.EN)
