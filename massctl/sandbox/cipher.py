"""Sign and seal the posts of a callback as WeChat does: SHA-1 over sorted words, AES-256-CBC with blocks of 32 bytes.

Written from WeChat docs, "消息加解密说明", read 2026-10, and not from the code that opens such posts.
"""

import base64
import hashlib

_BLOCK = 32


def signature(*words: str) -> str:
    """Return the SHA-1 (hex) over the words in the order of their bytes."""
    joined = b"".join(sorted(word.encode() for word in words))
    return hashlib.sha1(joined).hexdigest()  # noqa: S324 - WeChat's choice


def key_bytes(aes_key: str) -> bytes:
    """Return the 32 bytes of an EncodingAESKey; raises ValueError unless it is 43 letters and digits."""
    if len(aes_key) != 43 or not (aes_key.isascii() and aes_key.isalnum()):
        raise ValueError("an EncodingAESKey has 43 letters and digits")
    return base64.b64decode(aes_key + "=")


def sealed(message: bytes, appid: str, key: bytes, lead: bytes) -> str:
    """Return `Encrypt`: 16 random bytes (`lead`), the length, the message and the appid, padded and encrypted.

    Raises ImportError where the library is not installed.
    """
    # Only sealed posts need it, and it is an extra.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    clear = lead + len(message).to_bytes(4, "big") + message + appid.encode()
    pad = _BLOCK - len(clear) % _BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(clear + bytes([pad]) * pad) + encryptor.finalize()).decode()
