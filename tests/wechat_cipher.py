"""What WeChat does before it posts, written from its documentation and sharing nothing with what reads it.

Source: WeChat docs, "消息加解密说明" and "开发接入", read 2026-10.
"""

import base64
import hashlib
import struct
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

APPID = "wx0123456789abcdef"
TOKEN = "spring2026"
AES_KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU"
NONCE = "n7k2p9"
OTHER_KEY = "eHl6eHl6eHl6eHl6eHl6eHl6eHl6eHl6eHl6eHl6MTI"


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def sealed(
    message: bytes,
    *,
    key: str = AES_KEY,
    appid: str = APPID,
    lead: bytes = b"0123456789abcdef",
    block: int = 32,
) -> str:
    """Encrypt a message for an account; `block` 16 is the padding that ordinary tools make."""
    clear = lead + struct.pack("!I", len(message)) + message + appid.encode()
    count = block - len(clear) % block
    return encrypted(clear + bytes([count] * count), key)


def encrypted(padded: bytes, key: str = AES_KEY) -> str:
    """Encrypt what is as long as the cipher asks for, whatever it is."""
    secret = base64.b64decode(key + "=")
    cipher = Cipher(algorithms.AES256(secret), modes.CBC(secret[:16])).encryptor()
    return base64.b64encode(cipher.update(padded) + cipher.finalize()).decode()


def safe(encrypt: str, to: str = "gh_7f083739789a") -> bytes:
    """Write the body of safe mode (安全模式)."""
    return f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode()


def compatible(message: bytes, encrypt: str) -> bytes:
    """Write the body of compatible mode (兼容模式): the clear members, and `Encrypt` beside them."""
    return (
        message.removesuffix(b"</xml>") + f"<Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode()
    )


def query(at: float, /, *, token: str = TOKEN, encrypt: str | None = None, **more: str) -> str:
    """Write the query of a request; `encrypt` is signed too, and `more` replaces or adds what is not signed."""
    stamp, nonce = str(int(at)), NONCE
    fields = {"signature": signature(token, stamp, nonce), "timestamp": stamp, "nonce": nonce}
    if encrypt is not None:
        fields |= {"encrypt_type": "aes", "msg_signature": signature(token, stamp, nonce, encrypt)}
    return urlencode(fields | more)
