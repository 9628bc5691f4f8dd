"""Pages for a browser: how a phone shows a campaign, what is wrong with it, what changed since it was last sent.

Values in, HTML out. Bodies go in as they are sent, but for the addresses of pictures and for colours that follow the
page's light or dark; everything else is escaped. A page is read whole without a script, and asks nobody for anything.
"""
