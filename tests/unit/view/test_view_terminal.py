"""Lines that fit: wrapping, hanging indents, ink."""

from hypothesis import example, given
from hypothesis import strategies as st

from massctl.model.phrase import Phrase
from massctl.view.cells import cells
from massctl.view.i18n import Language
from massctl.view.style import Ink, Style
from massctl.view.terminal import DOT, Inked, Page, Table

WORDS = st.lists(
    st.sampled_from([*"ab  春，。（👨\u200d🧣e\u0301·\n", "massctl lock "]), max_size=120
).map("".join)


def page(width: int = 20, style: Style = Style.PLAIN, language: Language = Language.EN) -> Page:
    return Page(language, style, width)


def test_a_line_goes_on_below_further_in():
    made = page(24)
    made.line("one two three four five six", indent=2, hang=4)
    assert "  one two three four\n    five six" == made.text()


def test_chinese_breaks_between_characters_but_not_before_a_full_stop():
    made = page(24)
    made.line("春天的第一封信已经写好了。明天发出")
    assert "春天的第一封信已经写好\n了。明天发出" == made.text()


def test_a_dot_between_facts_ends_a_line_and_never_begins_one():
    made = page(24)
    made.line("every follower at all", DOT, "not counted")
    assert "every follower at all ·\nnot counted" == made.text()


def test_a_command_stays_on_one_line_so_that_it_can_be_copied():
    made = page(40)
    made.line("undo it; or lock it anew: massctl lock spring-sale; then send", indent=2)
    assert "  undo it; or lock it anew:\n  massctl lock spring-sale; then send" == made.text()


def test_a_command_that_fits_the_page_only_without_its_indent_is_not_broken():
    page = Page(Language.EN, Style.PLAIN, 40)
    page.row("next", "massctl apply --sandbox first-letter", indent=2, hang=12)
    assert ["  next", "massctl apply --sandbox first-letter"] == page.text().split("\n")


def test_a_command_beside_chinese_and_before_an_explanation():
    made = page(40)
    made.line("🧣撤销这处改动；或重新锁定并再审一次：massctl lock spring   然后提交")
    assert "🧣撤销这处改动；或重新锁定并再审一次：\nmassctl lock spring   然后提交" == made.text()


def test_a_command_wider_than_a_line_breaks_between_its_words():
    made = page(24)
    made.line("massctl lock 2026-12-members-issue")
    assert "massctl lock\n2026-12-members-issue" == made.text()


def test_a_word_wider_than_a_line_is_cut():
    made = page(24)
    made.line("a" * 30, indent=2)
    assert "  " + "a" * 22 + "\n  " + "a" * 8 == made.text()


def test_an_address_is_not_broken_in_a_window_that_is_narrower():
    address = "https://mp.weixin.qq.com/s?__biz=Mzk0MTIz&mid=2247483650&idx=1"
    made = page(40)
    made.row("article", address, indent=2, hang=12)
    made.line("见 " + address + "。然后再看")
    lines = made.text().split("\n")
    assert ["  article", address, "见", address + "。", "然后再看"] == lines


def test_line_ends_of_a_text_are_kept():
    made = page(24)
    made.line("one\ntwo", indent=2)
    assert "  one\n  two" == made.text()


def test_a_plain_page_has_no_ink():
    made = page()
    made.line(Inked("red", Ink.ERROR))
    assert "red" == made.text()


def test_ink_ends_where_its_piece_ends():
    made = page(style=Style.COLOUR)
    made.line("a ", Inked("b", Ink.ERROR), " c")
    assert "a \x1b[31mb\x1b[0m c" == made.text()


def test_ink_begins_again_on_the_next_line():
    made = page(24, Style.COLOUR)
    made.line(Inked("春天的第一封信已经写好了", Ink.DONE))
    assert "\x1b[32m春天的第一封信已经写好了\x1b[0m" == made.text()
    made.line(Inked("春天的第一封信已经写好了吗", Ink.DONE))
    assert made.text().endswith("\x1b[32m春天的第一封信已经写好了\x1b[0m\n\x1b[32m吗\x1b[0m")


def test_rows_of_a_table_start_at_one_cell_in_chinese_too():
    made = page(60, language=Language.ZH)
    table = Table(made, [Phrase("account"), Phrase("status")])
    table.row(Phrase("account"), "main")
    table.row(Phrase("status"), "x")
    assert "  公众号  main\n  状态    x" == made.text()


def test_blank_lines_are_never_two():
    made = page()
    made.blank()
    made.line("a")
    made.blank()
    made.blank()
    made.line("b")
    assert "a\n\nb" == made.text()


@given(WORDS, st.integers(24, 60), st.integers(0, 12), st.integers(0, 12))
def test_no_line_is_wider_than_the_page(text: str, width: int, indent: int, hang: int):
    made = page(width)
    made.line(text, indent=indent, hang=hang)
    assert all(cells(line) <= width for line in made.text().split("\n"))


@example("massctl lock massctl lock  ·", 25)
@given(WORDS, st.integers(24, 60))
def test_wrapping_loses_nothing_but_blanks(text: str, width: int):
    made = page(width)
    made.line(text)
    assert "".join(text.split()) == "".join(made.text().split())


def test_a_command_of_git_is_not_broken_either():
    made = page(44)
    made.line("commit it: git add a.json && git commit -m 'lock a'")
    assert "commit it:\ngit add a.json && git commit -m 'lock a'" == made.text()


def test_a_path_that_fits_the_page_is_never_cut():
    made = page(24)
    made.line("see campaigns/x/long.yaml:5 please", indent=2, hang=8)
    assert "  see\ncampaigns/x/long.yaml:5\n        please" == made.text()


def test_a_name_is_not_broken_beside_chinese():
    made = page(24)
    made.line("see it ", Inked("campaigns/春季大促.md", Ink.NAME))
    assert "see it\ncampaigns/春季大促.md" == made.text()


def test_a_path_too_wide_to_stand_beside_its_label_stands_below_it():
    made = page(24)
    Table(made, [Phrase("account")]).row(Phrase("account"), "campaigns/x/long.yaml:5")
    assert "  account\ncampaigns/x/long.yaml:5" == made.text()


def test_a_path_wider_than_the_page_breaks_behind_a_slash():
    made = page(24)
    made.line("campaigns/2026-12-a/images/river.jpg: small", hang=2)
    assert ["campaigns/2026-12-a/", "  images/river.jpg:", "  small"] == made.text().split("\n")


def test_a_remark_in_brackets_is_no_part_of_a_command():
    made = page(24)
    made.line("massctl tags (list what is there) is not built")
    assert ["massctl tags (list what", "is there) is not built"] == made.text().split("\n")


def test_labels_leave_room_for_what_they_label():
    made = page(40)
    table = Table(made, [Phrase("mass send to openids"), Phrase("job")])
    table.row(Phrase("mass send to openids"), "the account has the right")
    table.row(Phrase("job"), "none")
    told = made.text().split("\n")
    assert "  mass send to openids" == told[0]
    assert "                the account has the" == told[1]
    assert "  job           none" == told[-1]
