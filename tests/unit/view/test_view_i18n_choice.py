"""Which language a run speaks, and which one what it writes for others has."""

import pytest

from massctl.view.i18n import Language, Reader, operator_language, reader_language

ZH, EN = "zh_CN.UTF-8", "en_US.UTF-8"
TABLE = [
    # --language, environment, language: in massctl.yaml, the operator's, the reader's
    (None, {}, None, "en", "en"),
    (None, {}, "zh", "zh", "zh"),
    (None, {}, "en", "en", "en"),
    (None, {"LANG": ZH}, None, "zh", "zh"),
    (None, {"LANG": ZH}, "en", "zh", "en"),
    (None, {"LANG": EN}, "zh", "en", "zh"),
    (None, {"LANG": "zh_TW.Big5"}, None, "zh", "zh"),
    (None, {"LANG": "de_DE.UTF-8"}, "zh", "en", "zh"),
    *[
        (None, {"LANG": silent}, "zh", "zh", "zh")
        for silent in ("", "C", "POSIX", "C.UTF-8", "C.utf8")
    ],
    *[(None, {"LANG": silent}, None, "en", "en") for silent in ("", "C", "POSIX", "C.UTF-8")],
    (None, {"LC_ALL": ZH, "LC_MESSAGES": EN, "LANG": EN}, None, "zh", "zh"),
    (None, {"LC_MESSAGES": ZH, "LANG": EN}, None, "zh", "zh"),
    (None, {"LC_ALL": "", "LC_MESSAGES": "", "LANG": ZH}, None, "zh", "zh"),
    (None, {"LC_ALL": "C.UTF-8", "LANG": ZH}, None, "en", "en"),
    (None, {"MASSCTL_LANG": "zh", "LC_ALL": EN}, "en", "zh", "en"),
    (None, {"MASSCTL_LANG": "en", "LC_ALL": ZH}, None, "en", "en"),
    (None, {"MASSCTL_LANG": "", "LANG": ZH}, None, "zh", "zh"),
    *[
        (None, {"MASSCTL_LANG": unknown, "LANG": ZH}, "en", "zh", "en")
        for unknown in ("fr", "english", "C", "zhx")
    ],
    (None, {"MASSCTL_LANG": "fr"}, "zh", "zh", "zh"),
    (None, {"MASSCTL_LANG": "zh_CN.UTF-8", "LANG": EN}, "en", "zh", "en"),
    ("zh", {"MASSCTL_LANG": "en", "LC_ALL": EN}, "en", "zh", "en"),
    ("en", {"MASSCTL_LANG": "zh", "LC_ALL": ZH}, None, "en", "en"),
]


@pytest.mark.parametrize(("option", "environment", "declared", "operator", "reader"), TABLE)
def test_the_rule(option, environment, declared, operator, reader):
    assert Language(operator) == operator_language(option, environment, declared)
    assert Reader(reader) == reader_language(option, environment, declared)


def test_the_two_are_never_the_same_value():
    assert operator_language("zh", {}, None) != reader_language("zh", {}, None)
