"""Tells people outside what needs them: a webhook, or a WeCom group robot. One post for each channel and run.

    channel   the kinds of channel, and what each is sent
    delivery  one exchange, and why it did not tell anybody

Invariant: nothing here decides whether or what is told, nothing is repeated, and no address is in any word of ours:
anybody who knows it can post. Deliberately absent: every other chat system, which a webhook can feed.
"""
