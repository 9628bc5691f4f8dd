"""The bar of a piece of work: in a narrow window a name is shortened, never a number."""

import io

import pytest
from rich.console import Console as RichConsole

from massctl.cli.output import NO_WRAPPING, Console
from massctl.cli.progress import Bars
from massctl.model.phrase import Phrase
from massctl.view.i18n import Language, Reader
from massctl.view.style import Style


@pytest.mark.parametrize("columns", [24, 40, 60, 80, 100])
@pytest.mark.parametrize("total", [2, 250])
def test_the_numbers_are_whole_in_a_narrow_window(columns: int, total: int) -> None:
    written = io.StringIO()
    bars = Bars(Console(Language.EN, Reader("en"), Style.PLAIN, NO_WRAPPING))
    vars(bars)["_drawn"] = RichConsole(
        file=written, force_terminal=True, width=columns, color_system=None
    )
    bars.begin(
        "sending previews of 2026-12-winter-market, which is a long name of a campaign", total
    )
    assert bars._bar is not None
    for done in range(total + 1):
        bars._bar.refresh()
        assert f"{done:>{len(str(total))}}/{total}" in written.getvalue()
        bars.advance()
    bars.waiting(
        Phrase(
            "WeChat is busy, asking again in a moment, and later still, in {seconds} s", seconds=12
        )
    )
    bars._bar.refresh()
    assert " 12 s" in written.getvalue()
    bars.end()
