"""What is masked, and what stays: names of variables, and all that is no secret by its look or its key."""

import pytest

from massctl.model.secrets import (
    KNOWN_MAX,
    MASK,
    is_private,
    names_variable,
    public_line,
    public_text,
    register,
    secrets_of_environment,
    without_login,
    without_openids,
    without_secrets,
    without_values,
)

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
    secret: {MASK}
    token_command:
      {MASK}
      {MASK}
    note: https://{MASK}@proxy.example/
    kind: service
"""


def test_a_text_is_shown_without_its_secrets() -> None:
    assert PUBLIC == public_text(TEXT)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("secret: hunter2 # mine", f"secret: {MASK}"),
        ("secret:", "secret:"),
        ("secret: |", "secret: |"),
        ("secret_env: NAME", "secret_env: NAME"),
        ("secret_env: hunter2", f"secret_env: {MASK}"),
        ("title: 春季", "title: 春季"),
    ],
)
def test_a_line_is_shown_up_to_the_value_of_a_private_key(line: str, shown: str) -> None:
    assert shown == without_values(line)


def test_far_below_a_key_nothing_is_shown() -> None:
    lines = ["secret: |", *["  a"] * 1_100]
    assert {f"  {MASK}"} == {
        public_line(number, lambda at: lines[at - 1]) for number in (2, 1_000, 1_001, 1_002, 1_101)
    }


def test_keys_and_names() -> None:
    assert [True, True, False] == [
        is_private(each) for each in ("app_secret", "proxy_env", "title")
    ]
    assert [True, False, False] == [
        names_variable(each) for each in ("WECHAT_SECRET", "hunter2", None)
    ]


OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"
GIVEN = "a sentence/that & opens"
LOGIN = "http://lin:p%40ss-word@proxy.example:3128"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"not {GIVEN}!", f"not {MASK}!"),
        ("?secret=a%20sentence%2Fthat%20%26%20opens&x", f"?secret={MASK}&x"),
        ("cut short: a sentence/that & op", f"cut short: {MASK}"),
        ("broken: a sentence/that &* opens", f"broken: {MASK}* opens"),
        ("a sentence/that", "a sentence/that"),
        ("the password p%40ss-word, or p@ss-word", f"the password {MASK}, or {MASK}"),
        ("Proxy-Authorization: Basic bGluOnBAc3Mtd29yZA==", f"Proxy-Authorization: Basic {MASK}"),
        (f"no fan: {OPENID}", f"no fan: {MASK}"),
        (f"x-{OPENID}.", f"x-{MASK}."),
        ("https://lin@git.example/x.git", f"https://{MASK}@git.example/x.git"),
        ("token " + "a" * 100, f"token {MASK}"),
    ],
)
def test_what_the_process_was_given_is_shown_in_no_form(said: str, shown: str) -> None:
    register(GIVEN, LOGIN)
    assert shown == without_secrets(said)


def test_what_is_secret_in_one_text_alone_is_shown_in_others() -> None:
    assert (f"from {MASK}", "from lin-mei") == (
        without_secrets("from lin-mei", "lin-mei", ""),
        without_secrets("from lin-mei"),
    )


def test_a_secret_over_several_lines_is_in_no_line() -> None:
    register("-----BEGIN-----\nfirst line of a key\nsecond line of a key\n-----END-----")
    assert f"it says: {MASK}" == public_text("it says: first line of a key\nsecond line of a key")


def test_short_values_would_mask_words_and_old_ones_are_dead() -> None:
    register(
        "",
        " ",
        "send",
        "http://lin:sent@proxy.example",
        *(f"a token {number:04}" for number in range(KNOWN_MAX + 1)),
    )
    assert "not sent, a token 0000" == without_secrets("not sent, a token 0000")
    assert f"not sent, {MASK}" == without_secrets(f"not sent, a token {KNOWN_MAX:04}")


def test_an_openid_of_a_list_is_found_where_it_was_cut_short() -> None:
    assert f"no {MASK}, {MASK}, oth oX12" == without_openids(
        "no other, othe, oth oX12", ["other-person", "other"]
    )


def test_secrets_of_the_environment_are_known_by_name_and_by_form() -> None:
    found = {
        "MY_TOKEN": "long enough",
        "A_KEY": "short",
        "WAY": LOGIN,
        "HOME": "/home/linmei",
        "http_proxy": "//proxy",
    }
    assert {LOGIN, "long enough"} == set(secrets_of_environment(found))


@pytest.mark.parametrize("login", ["lin:hunter2@", "token@"])
def test_an_address_loses_its_login_and_nothing_else(login: str) -> None:
    shown = without_login(f"https://{login}git.example/a.git")
    assert (False, True) == (login in shown, shown.endswith("git.example/a.git"))
