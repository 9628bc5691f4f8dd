"""Post notices to the channels of massctl.yaml: one post for each channel and telling.

    port       what is told, what a kind of channel is asked, and the bounds of a message
    post       one exchange with an address, and the proxy to it
    webhook    a JSON document for a program of one's own, signed
    robot      what the robots of chats have in common
    wecom, feishu, dingtalk   the robots of 企业微信, 飞书 and 钉钉: their markdown, signatures, limits and answers
    mail       e-mail by SMTP
    registry   the kinds by the keys that massctl.yaml has for them

Invariants: this package does not decide whether or what to tell, repeats nothing, and shows no address, because whoever
has the address can post.
"""
