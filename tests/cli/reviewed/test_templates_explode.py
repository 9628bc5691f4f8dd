"""After the lock no template can be rendered any more: nothing goes out, and each fault is named."""

import pytest
from issue import TEMPLATES, WAYS, Issue

pytestmark = pytest.mark.child
EXPLOSIONS: dict[str, str | None] = {
    "an undefined name": "{{ undefined_name }}",
    "broken syntax": "{% for x in %}{{ }",
    "a division by zero": "{{ 1 / 0 }}",
    "an endless loop": "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
    "a script": "<script>alert(1)</script>",
    "no text at all": "\x00\x01",
    "nothing": "",
    "gone": None,
}
explosions = pytest.mark.parametrize("content", EXPLOSIONS.values(), ids=EXPLOSIONS)


def explode(issue: Issue, content: str | None) -> None:
    """Replace every template and every article."""
    for path in TEMPLATES:
        if content is None:
            (issue.shell.root / path).unlink()
        else:
            issue.shell.tree.write(path, content)


@pytest.mark.night
@explosions
@pytest.mark.parametrize("mode", WAYS)
def test_what_was_reviewed_is_not_sent(issue: Issue, content: str | None):
    explode(issue, content)
    said = issue.apply()
    assert said.status in {1, 5}, said
    assert issue.requests() == 0
