"""How long a text is for people: words as word processors count them, and minutes."""

import pytest
from building import article

from massctl.model.message import OPENING_CHARACTERS
from massctl.model.word_count import CHARACTERS_A_MINUTE, WORDS_A_MINUTE, WordCount


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("三天，错过等一年。", 9),
        ("三天，\n 错　过", 5),
        ("Hello, world - it’s 3.5 km", 5),
        ("用 Python 3.11 写的 v2", 6),
        ("全程11.2km，约3小时", 8),
        ("“好”——他说……", 9),
        ("https://example.com/a_b", 1),
        ("안녕 ありがとう", 7),
    ],
)
def test_words_are_counted_as_word_processors_do(text: str, words: int) -> None:
    assert words == WordCount.of([text]).words


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("", 0),
        ('<p style="color:red">三天，\n 错过</p><p>A&amp;B&nbsp;&lt;</p>', 6),
        ('<p><img alt="图" src="x"></p>', 0),
        ("3 < 5", 2),
        ("<p>one</p><p>two</p>", 2),
        ("<p>w<strong>or</strong>d</p>", 1),
        ("<section>一<br>二</section>", 2),
    ],
)
def test_a_body_is_counted_without_its_markup(html: str, words: int) -> None:
    assert words == article(content=html).word_count.words


@pytest.mark.parametrize(
    ("html", "opening"),
    [
        ("<p>你<b>好</b>&amp;</p>\n<p>再  见</p>", "你好& 再 见"),
        (f"<p>{'春' * OPENING_CHARACTERS}</p>", "春" * OPENING_CHARACTERS),
        (f"<p>{'春' * OPENING_CHARACTERS}夏</p>", "春" * OPENING_CHARACTERS + "…"),
    ],
)
def test_an_article_opens_with_its_first_words(html: str, opening: str) -> None:
    assert opening == article(content=html).opening


@pytest.mark.parametrize(
    ("characters", "runs", "minutes"),
    [
        (0, 0, 0),
        (1, 0, 1),
        (2 * CHARACTERS_A_MINUTE, 0, 2),
        (CHARACTERS_A_MINUTE, WORDS_A_MINUTE, 2),
        (int(2.6 * CHARACTERS_A_MINUTE), 0, 3),
    ],
)
def test_reading_takes_whole_minutes(characters: int, runs: int, minutes: int) -> None:
    assert minutes == WordCount(characters, runs).minutes


@pytest.mark.parametrize(
    "html", ["<" * 200_000, "<a " * 60_000 + ">", "a" * 200_000, "-" * 200_000]
)
def test_a_hostile_body_takes_no_time(html: str) -> None:
    assert WordCount.of_body(html).words <= 1
