"""A program of one's own: it is posted the JSON document, signed if the channel has a secret."""

import hashlib
import hmac

from massctl.model.settings import Channel
from massctl.notify.http import HttpKind, secret_of
from massctl.notify.port import Notices, Way
from massctl.notify.post import JSON, Post

SIGNATURE_HEADER = "X-Massctl-Signature-256"
"""`sha256=` and the hex of HMAC-SHA-256 over the body, with the secret that both sides have."""


class Webhook(HttpKind):
    """An address that takes JSON, and answers with any status from 200 to 299."""

    def post(self, channel: Channel, notices: Notices, way: Way) -> Post:
        """Return the post of the document."""
        return webhook_post(notices.document, secret_of(channel, way))


def webhook_post(document: str, signing_secret: str | None) -> Post:
    """Return the post of a document, signed if there is a secret."""
    body = document.encode()
    if not signing_secret:
        return Post(body)
    signature = hmac.new(signing_secret.encode(), body, hashlib.sha256).hexdigest()
    return Post(body, {**JSON, SIGNATURE_HEADER: f"sha256={signature}"})
