"""What is blotted out, and what stays: names of variables, and all that is no secret by its look or its key."""

import pytest

from massctl.model.secrets import BLOT, is_private, names_variable, public_line, public_text, without_values

TEXT = """accounts:
  main:
    secret_env: WECHAT_SECRET
    secret: hunter2
    token_command:
      - get
      - hunter2
    note: https://lin:hunter2@proxy.example/
    kind: service
"""
PUBLIC = f"""accounts:
  main:
    secret_env: WECHAT_SECRET
    secret: {BLOT}
    token_command:
      {BLOT}
      {BLOT}
    note: https://{BLOT}@proxy.example/
    kind: service
"""


def test_a_text_is_shown_without_its_secrets() -> None:
    assert PUBLIC == public_text(TEXT)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("secret: hunter2 # mine", f"secret: {BLOT}"),
        ("secret:", "secret:"),
        ("secret: |", "secret: |"),
        ("secret_env: NAME", "secret_env: NAME"),
        ("secret_env: hunter2", f"secret_env: {BLOT}"),
        ("title: 春季", "title: 春季"),
    ],
)
def test_a_line_is_shown_up_to_the_value_of_a_private_key(line: str, shown: str) -> None:
    assert shown == without_values(line)


def test_far_below_a_key_nothing_is_shown() -> None:
    lines = ["secret: |", *["  a"] * 1_100]
    assert {f"  {BLOT}"} == {
        public_line(number, lambda at: lines[at - 1]) for number in (2, 1_000, 1_001, 1_002, 1_101)
    }


def test_keys_and_names() -> None:
    assert [True, True, False] == [is_private(each) for each in ("app_secret", "proxy_env", "title")]
    assert [True, False, False] == [names_variable(each) for each in ("WECHAT_SECRET", "hunter2", None)]
