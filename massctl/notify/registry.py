"""The kinds of channels that massctl.yaml may name. A new kind is a module with a class, and a row here."""

from collections.abc import Mapping

from massctl.model.settings import Channel, ChannelName
from massctl.notify.dingtalk import DingTalkRobot
from massctl.notify.feishu import FeishuRobot
from massctl.notify.mail import Mail
from massctl.notify.port import ChannelKind
from massctl.notify.webhook import Webhook
from massctl.notify.wecom import WeComRobot

KINDS: Mapping[ChannelName, ChannelKind] = {
    "webhook": Webhook(),
    "wecom_robot": WeComRobot(),
    "feishu_robot": FeishuRobot(),
    "dingtalk_robot": DingTalkRobot(),
    "email": Mail(),
}
"""The kind of a channel -> what posts to it."""


def kind_of(channel: Channel) -> ChannelKind:
    """Return what posts to a channel."""
    return KINDS[channel.kind]
