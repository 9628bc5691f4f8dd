"""A call for the Internet is held back when its connection leads to this machine or its network."""

import httpx
import pytest

from massctl.transport import Call, Line, PrivateAddressError, RawAnswer


class Stream:
    """A connection to an address."""

    def __init__(self, peer: str) -> None:
        self._peer = peer
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True

    def get_extra_info(self, name: str) -> object:
        return (self._peer, 80) if name == "server_addr" else None


class Connecting(httpx.BaseTransport):
    """Connects to an address, as httpcore tells it, and answers."""

    def __init__(self, peer: str) -> None:
        self.peer = peer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["trace"](
            "connection.connect_tcp.complete", {"return_value": Stream(self.peer)}
        )
        return httpx.Response(302, headers={"location": "/b"}, content=b"x")


@pytest.mark.parametrize(
    "peer",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.9",
        "169.254.169.254",
        "::1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
    ],
)
def test_a_public_call_to_a_private_address_is_held_back(peer: str) -> None:
    with pytest.raises(PrivateAddressError):
        Line(inside=Connecting(peer)).exchange(Call("GET", "http://a.example/", 5, is_public=True))


@pytest.mark.parametrize(("peer", "is_public"), [("93.184.216.34", True), ("127.0.0.1", False)])
def test_any_other_goes_and_says_where_a_redirection_leads(peer: str, *, is_public: bool) -> None:
    answer = Line(inside=Connecting(peer)).exchange(
        Call("GET", "http://a.example/", 5, is_public=is_public)
    )
    assert (
        (302, "/b") == (answer.status, answer.location) if isinstance(answer, RawAnswer) else answer
    )
