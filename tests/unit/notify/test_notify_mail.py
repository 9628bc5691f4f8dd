"""E-mail, against a mail server on loopback: what arrives, what is sealed, and what is said where nothing arrived."""

import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from mail_server import Mailbox, mail_server
from notify_samples import NOW, channel, message, text

from massctl.model.notice_text import NoticeLink
from massctl.model.phrase import Phrase
from massctl.notify import mail
from massctl.notify.port import Notices, Way
from massctl.notify.registry import kind_of

pytestmark = pytest.mark.enable_socket
MAIL = channel("email")
FULL = text(
    "改时间 (notice) · 早报",
    "it was delivered to 48,000",
    links=(NoticeLink("article", "https://mp.weixin.qq.com/s/x"),),
    advice=("massctl report notice",),
)
PASSWORD = "pass-of-the-server"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server(Mailbox()) as found:
        yield found


def way(box: Mailbox, **changes: str) -> Way:
    environment = {
        "SMTP_SERVER": f"127.0.0.1:{box.port}",
        "SMTP_FROM": "massctl <massctl@example.cn>",
        "SMTP_USER": "massctl@example.cn",
        "SMTP_PASSWORD": PASSWORD,
    }
    return Way({**environment, **changes}, lambda _: pytest.fail("no line is opened"), NOW)


def sent(box: Mailbox, notices: Notices | None = None, **changes: str) -> Phrase | None:
    kind, there = kind_of(MAIL), way(box, **changes)
    return kind.deliver(MAIL, kind.post(MAIL, notices or message(FULL), there), there)()


def letter_in(box: Mailbox) -> EmailMessage:
    (data,) = box.letters
    return message_from_bytes(data, policy=SMTP)


def test_a_letter_arrives_as_it_was_written(box: Mailbox) -> None:
    assert None is sent(box)
    letter = letter_in(box)
    assert {
        "From": "massctl <massctl@example.cn>",
        "To": "ops@example.cn, lin@example.cn",
        "Subject": "sent 改时间 (notice) · 早报",
        "Date": "Tue, 01 Dec 2026 04:00:00 +0000",
        "Auto-Submitted": "auto-generated",
    } == {name: str(letter[name]) for name in ("From", "To", "Subject", "Date", "Auto-Submitted")}
    assert (
        "sent 改时间 (notice) · 早报\r\nit was delivered to 48,000\r\n"
        "article: https://mp.weixin.qq.com/s/x\r\n    massctl report notice\r\n"
    ) == letter.get_content()
    assert ["massctl@example.cn", PASSWORD] == box.login
    assert [
        "mail FROM:<massctl@example.cn>",
        "rcpt TO:<ops@example.cn>",
        "rcpt TO:<lin@example.cn>",
    ] == [each.split(" size")[0] for each in box.said if each[:4] in ("mail", "rcpt")]
    assert "ehlo example.cn" == box.said[0]


def test_several_notices_are_one_letter(box: Mailbox) -> None:
    assert None is sent(box, message(FULL, text("再见 (bye) · 早报"), keys=("a", "b")))
    letter = letter_in(box)
    assert "sent 改时间 (notice) · 早报 +1" == letter["Subject"]
    assert "\r\n\r\nsent 再见 (bye) · 早报\r\n" in letter.get_content()


def test_the_subject_and_the_first_lines_are_what_needs_somebody(box: Mailbox) -> None:
    failed = text("再见 (bye) · 早报", needs_somebody=True)
    assert None is sent(box, message(FULL, failed, keys=("a", "b")))
    letter = letter_in(box)
    assert "sent 再见 (bye) · 早报 +1" == letter["Subject"]
    assert letter.get_content().startswith("sent 再见 (bye) · 早报\r\n")


def test_a_repetition_of_the_day_has_the_same_id_and_no_other_letter_has() -> None:
    def named(*keys: str, at: datetime = NOW, to: Any = MAIL) -> str:
        there = Way({"SMTP_FROM": "a@b.cn"}, lambda _: pytest.fail("no line"), at)
        post = kind_of(to).post(to, message(keys=keys), there)
        return str(message_from_bytes(post.body, policy=SMTP)["Message-ID"])

    first = named("a", "b")
    assert first == named("a", "b", at=NOW + timedelta(hours=3))
    assert first.endswith("@b.cn>")
    others = [named("a"), named("ab"), named("a", "b", at=NOW + timedelta(days=1))]
    assert 4 == len({first, *others})


def test_a_letter_is_shown_in_the_sandbox_as_people_read_it() -> None:
    kind = kind_of(MAIL)
    there = Way({}, lambda _: pytest.fail("no line"), NOW)
    shown = kind.shown(kind.post(MAIL, message(FULL), there))
    assert ("ops@example.cn, lin@example.cn", "sent 改时间 (notice) · 早报") == (
        shown["to"],
        shown["subject"],
    )
    assert shown["text"].startswith("sent 改时间 (notice) · 早报\nit was delivered")
    assert shown["message-id"].endswith("@localhost>")


def test_without_a_user_nobody_logs_in(box: Mailbox) -> None:
    assert None is sent(box, SMTP_USER="", SMTP_PASSWORD="")
    assert [] == [each for each in box.said if each.startswith("AUTH")]


def test_an_address_that_is_refused_keeps_no_letter_from_the_others(box: Mailbox) -> None:
    box.answers["rcpt TO:<ops"] = "550 no such user"
    assert None is sent(box)
    assert 1 == len(box.letters)


@pytest.mark.parametrize(
    ("asked", "answer", "says"),
    [
        (
            "AUTH",
            "535 5.7.8 massctl@example.cn has no such password",
            "refuses the login (SMTP 535)",
        ),
        ("rcpt", "550 ops@example.cn is unknown", "none of the addresses"),
        ("mail", "451 4.7.1 try later, massctl@example.cn", "refuses the letter (SMTP 451)"),
        ("data", "554 spam from massctl@example.cn", "refuses the letter (SMTP 554)"),
        ("\n.", "552 too large", "refuses the letter (SMTP 552)"),
        ("mail", "", "cannot be reached, or does not answer"),
        ("ehlo", "502 no", "offers no STARTTLS, or no login"),
    ],
)
def test_what_went_wrong_is_said_without_an_address_or_a_password(
    box: Mailbox, asked: str, answer: str, says: str
) -> None:
    box.answers[asked] = answer
    why = sent(box)
    assert why is not None
    assert says in why
    assert [] == [word for word in ("example.cn", PASSWORD) if word in why]


def test_nobody_at_home_is_said(box: Mailbox) -> None:
    why = sent(box, SMTP_SERVER="127.0.0.1:1")
    assert why is not None
    assert "cannot be reached" in why


def test_a_silent_server_is_not_waited_for_long(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    monkeypatch.setattr(mail, "READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        why = sent(box, SMTP_SERVER=f"127.0.0.1:{silent.getsockname()[1]}")
    assert "the mail server cannot be reached, or does not answer" == why


def test_a_password_that_smtp_cannot_carry_is_said(box: Mailbox) -> None:
    why = sent(box, SMTP_PASSWORD="密码")
    assert "user or password has letters that SMTP cannot carry" == why


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("SMTP_SERVER", "https://smtp.example.cn", "does not name a server"),
        ("SMTP_SERVER", "smtp.example.cn:port", "does not name a server"),
        ("SMTP_SERVER", "user:pass@smtp.example.cn", "does not name a server"),
        ("SMTP_FROM", "massctl", "not an e-mail address"),
        ("SMTP_FROM", "a@b.cn\nBcc: x@y.cn", "not an e-mail address"),
    ],
)
def test_a_variable_that_holds_something_else_is_named(
    box: Mailbox, variable: str, value: str, says: str
) -> None:
    why = sent(box, **{variable: value})
    assert why is not None
    assert why.startswith(f"{variable}: ")
    assert says in why
    assert [] == box.said


@pytest.mark.parametrize(
    "value", ["smtp.example.cn", "smtp.example.cn:587", "[::1]:2525", "10.0.0.1"]
)
def test_a_server_is_a_host_with_or_without_a_port(value: str) -> None:
    assert None is kind_of(MAIL).unfit(MAIL, "SMTP_SERVER", value)


# TLS


def certificate(folder: Path, name: str) -> Path:
    """Write a certificate that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name[0].isdigit():
        names = [x509.IPAddress(ipaddress.ip_address(name))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def sealing(tmp_path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path, "127.0.0.1"))
    return context


@pytest.fixture
def trusted(tmp_path: Path, sealing: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine trust the server's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))


@pytest.fixture
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take loopback for another machine."""
    monkeypatch.setattr(mail, "realm_of", lambda _: "wechat")


@pytest.mark.usefixtures("trusted", "_elsewhere")
def test_nothing_but_a_greeting_is_said_in_clear_to_another_machine(
    sealing: ssl.SSLContext,
) -> None:
    with mail_server(Mailbox(context=sealing)) as box:
        assert None is sent(box)
    assert ["ehlo example.cn", "STARTTLS"] == box.said[: box.sealed_from]
    assert 1 == len(box.letters)


@pytest.mark.usefixtures("trusted")
def test_a_port_for_tls_is_sealed_from_the_start(
    sealing: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(Mailbox(context=sealing, is_sealed=True)) as box:
        monkeypatch.setattr(mail, "TLS_PORT", box.port)
        assert None is sent(box)
    assert 1 == len(box.letters)


@pytest.mark.usefixtures("_elsewhere")
def test_a_server_without_tls_is_told_nothing(box: Mailbox) -> None:
    assert "the mail server offers no STARTTLS, or no login" == sent(box)
    assert ["ehlo example.cn", "QUIT"] == [each.replace("quit", "QUIT") for each in box.said]


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_certificate_that_nobody_trusts_is_told_nothing(
    sealing: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, *, is_sealed: bool
) -> None:
    with mail_server(Mailbox(context=sealing, is_sealed=is_sealed)) as box:
        monkeypatch.setattr(mail, "TLS_PORT", box.port if is_sealed else 465)
        assert "the mail server has no certificate that can be verified, or no TLS" == sent(box)
    assert [] == box.letters
    assert [] == [each for each in box.said if "AUTH" in each or "mail" in each]


@pytest.mark.parametrize("begins", [b"220-", b"\x16\x03\x03\x3f\x00"])
def test_a_server_that_trickles_is_cut(monkeypatch: pytest.MonkeyPatch, begins: bytes) -> None:
    ended = threading.Event()

    class Trickle(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(0.05)
            self.request.sendall(begins)
            while not ended.is_set():
                with suppress(TimeoutError):
                    self.request.sendall(b"w")
                    ended.wait(0.05)
                    if self.request.recv(1000) == b"":
                        return

    monkeypatch.setattr(mail, "LETTER_SECONDS", 0.3)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Trickle) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        box = Mailbox(port=server.server_address[1])
        if begins != b"220-":
            monkeypatch.setattr(mail, "TLS_PORT", box.port)
        try:
            assert sent(box) is not None
        finally:
            ended.set()
            server.shutdown()
