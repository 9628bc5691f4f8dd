"""What the operating system says, as sentences that have a Chinese."""

import errno
import os

import pytest

from massctl.model.phrase import Phrase, system_reason
from massctl.view.language import Language, say


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EROFS, errno.ENAMETOOLONG])
def test_what_a_person_can_mend_is_said_in_both_languages(number: int):
    said = system_reason(OSError(number, os.strerror(number)))
    assert isinstance(said, Phrase)
    assert os.strerror(number) == say(said, Language.EN)
    assert said != say(said, Language.ZH)


def test_anything_else_is_passed_on():
    assert "Broken pipe" == system_reason(OSError(errno.EPIPE, "Broken pipe"))
    assert "odd" == system_reason(OSError(None, "odd"))
    assert "TimeoutError" == system_reason(TimeoutError())
