"""How to set what is empty: on a machine, and on GitHub."""

from collections.abc import Callable

import pytest

from massctl.model.phrase import Phrase
from massctl.plan.checkup import proxy_to_set, secret_to_set, to_set


@pytest.mark.parametrize("advice", [to_set, secret_to_set, proxy_to_set])
def test_a_variable_is_set_by_export_and_among_the_secrets_of_the_environment(advice: Callable[[str], Phrase]) -> None:
    said = advice("WECHAT_MAIN")
    assert said.startswith("export WECHAT_MAIN=")
    assert said.endswith("Settings / Environments / secret WECHAT_MAIN")
