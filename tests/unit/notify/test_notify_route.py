"""The way to a channel, by the variables that curl knows."""

import pytest

from massctl.notify.post import proxy_for

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("address", "environment", "proxy"),
    [
        ("https://hook.example/x", {}, None),
        ("https://hook.example/x", {"HTTPS_PROXY": PROXY}, PROXY),
        ("https://hook.example/x", {"https_proxy": PROXY}, PROXY),
        ("https://hook.example/x", {"HTTPS_PROXY": "", "https_proxy": PROXY}, PROXY),
        ("https://hook.example/x", {"HTTP_PROXY": PROXY, "ALL_PROXY": PROXY}, None),
        ("https://hook.example/x", {"HTTPS_PROXY": PROXY, "NO_PROXY": "hook.example"}, None),
        ("https://a.hook.example/x", {"HTTPS_PROXY": PROXY, "no_proxy": ".hook.example"}, None),
        ("https://hook.example/x", {"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, None),
        ("https://hook.example/x", {"HTTPS_PROXY": PROXY, "NO_PROXY": "other.example"}, PROXY),
        (
            "https://hook.example/x",
            {"HTTPS_PROXY": PROXY, "NO_PROXY": "localhost, *.example:443,"},
            None,
        ),
        ("https://hook.example/x", {"HTTPS_PROXY": PROXY, "NO_PROXY": "ook.example,,"}, PROXY),
        ("http://127.0.0.1:8900/x", {"HTTPS_PROXY": PROXY}, None),
        ("https://", {"HTTPS_PROXY": PROXY}, None),
        ("https://[", {"HTTPS_PROXY": PROXY}, None),
    ],
)
def test_the_way_to_an_address(
    address: str, environment: dict[str, str], proxy: str | None
) -> None:
    assert proxy == proxy_for(address, environment)
