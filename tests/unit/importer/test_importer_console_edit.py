"""What somebody changed in the console, as texts for the file: the smallest change first, none where it is not sure."""

from massctl.importer.console_edit import proposals

PATHS = {"https://mmbiz.qpic.cn/a": "images/river.png"}
SOURCE = "## 早\n\n今天风大，出门多穿一件。\n\n![河堤](images/river.png)\n\n- 带伞\n- 关窗\n\n晚上再见。\n"
MORNING = "<h2>早</h2>"
WIND = "<p>今天风大，出门多穿一件。</p>"
RIVER = '<p><img src="https://mmbiz.qpic.cn/a" alt="河堤"></p>'
TASKS = "<ul><li>带伞</li><li>关窗</li></ul>"
EVENING = "<p>晚上再见。</p>"


def body(*blocks: str) -> str:
    return f"<section>{''.join(blocks)}</section>"


BEFORE = body(MORNING, WIND, RIVER, TASKS, EVENING)


def proposed(
    after: str, source: str = SOURCE, before: str = BEFORE, path: str = "articles/main.md"
) -> list[str]:
    return list(proposals(path, source, before, after, PATHS))


def test_a_changed_word_is_changed_in_its_line() -> None:
    first, *_ = proposed(BEFORE.replace("风大", "风很大"))
    assert SOURCE.replace("风大", "风很大") == first


def test_what_stands_around_a_word_tells_which_one_is_meant() -> None:
    source, before = "雨一阵。\n\n晚上雨停。\n", body("<p>雨一阵。</p>", "<p>晚上雨停。</p>")
    first, *_ = proposed(before.replace("晚上雨", "晚上雪"), source, before)
    assert "雨一阵。\n\n晚上雪停。\n" == first


def test_a_sentence_that_stands_twice_is_not_guessed() -> None:
    source, before = "再会\n\n甲\n\n再会\n", body("<p>再会</p>", "<p>甲</p>", "<p>再会</p>")
    assert [] == proposed(body("<p>再会</p>", "<p>甲</p>", "<p>再见</p>"), source, before)


def test_a_moved_paragraph_is_moved() -> None:
    (only,) = proposed(body(MORNING, RIVER, TASKS, WIND, EVENING))
    lines = [line for line in only.split("\n") if line]
    wind = "今天风大，出门多穿一件。"
    assert ["## 早", "![河堤](images/river.png)", "- 带伞", "- 关窗", wind, "晚上再见。"] == lines


def test_a_paragraph_before_the_first_one_is_put_there() -> None:
    (only,) = proposed(body("<p>号外。</p>", MORNING, WIND, RIVER, TASKS, EVENING))
    assert f"号外。\n\n{SOURCE}" == only


def test_a_paragraph_behind_the_last_one_is_put_there() -> None:
    (only,) = proposed(body(MORNING, WIND, RIVER, TASKS, EVENING, "<p>又及。</p>"))
    assert (True, "晚上再见。\n\n又及。") == (
        only.startswith(SOURCE.rstrip()),
        only[only.index("晚上") :].rstrip(),
    )


def test_deleted_paragraphs_go_and_the_others_stay_as_they_were_written() -> None:
    (only,) = proposed(body(MORNING, TASKS, EVENING))
    assert ["## 早", "- 带伞", "- 关窗", "晚上再见。"] == [
        line for line in only.split("\n") if line
    ]


def test_bold_words_write_their_paragraph_anew() -> None:
    (only,) = proposed(BEFORE.replace("风大", "<strong>风大</strong>"))
    assert SOURCE.replace("风大", "**风大**") == only


def test_another_picture_keeps_the_address_that_the_console_gave_it() -> None:
    first, *_ = proposed(BEFORE.replace("mmbiz.qpic.cn/a", "mmbiz.qpic.cn/b"))
    assert SOURCE.replace("images/river.png", "https://mmbiz.qpic.cn/b") == first


def test_a_removed_picture_leaves_the_text() -> None:
    (only,) = proposed(body(MORNING, WIND, TASKS, EVENING))
    assert ("![" in only, "今天风大" in only) == (False, True)


def test_another_address_of_a_link_is_changed_alone() -> None:
    source, before = (
        "见[昨天](https://a.cn/1)。\n",
        body('<p>见<a href="https://a.cn/1">昨天</a>。</p>'),
    )
    first, *_ = proposed(before.replace("a.cn/1", "a.cn/2"), source, before)
    assert "见[昨天](https://a.cn/2)。\n" == first


TEMPLATE = "{% set hour = 7 %}\n\n{{ price }} 元起，{{ hour }} 点开门。\n\n晚上再见。\n"
FILLED = body("<p>1999 元起，7 点开门。</p>", EVENING)


def test_words_beside_variables_are_changed_and_variables_stay() -> None:
    first, *_ = proposed(FILLED.replace("点开门", "点半开门"), TEMPLATE, FILLED, "main.md.j2")
    assert TEMPLATE.replace("点开门", "点半开门") == first


def test_a_paragraph_without_variables_is_changed_in_a_template() -> None:
    first, *_ = proposed(FILLED.replace("晚上再见", "明早再见"), TEMPLATE, FILLED, "main.md.j2")
    assert TEMPLATE.replace("晚上再见", "明早再见") == first


def test_a_changed_value_of_a_variable_is_not_written_over_it() -> None:
    assert [] == proposed(FILLED.replace("1999", "2999"), TEMPLATE, FILLED, "main.md.j2")


def test_html_keeps_its_markup_and_escapes_what_is_new() -> None:
    source, before = "<p class=x>甲&amp;乙</p>\n<p>雨</p>\n", body("<p>甲&amp;乙</p>", "<p>雨</p>")
    first, whole = proposed(before.replace("雨", "雨&lt;3"), source, before, "main.html")
    assert source.replace("雨", "雨&lt;3") == first
    assert "<p>雨&lt;3</p>" in whole


def test_a_template_of_html_is_never_written_whole() -> None:
    source, before = "<p>{{ price }} 元</p>\n", body("<p>1999 元</p>")
    assert [] == proposed(body("<p>1999 元</p>", "<p>雨</p>"), source, before, "main.html.j2")
