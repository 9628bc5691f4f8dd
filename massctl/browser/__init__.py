"""A Chromium on this machine, for pictures of what a phone shows: the only room that starts one.

    finding    which program it is
    devtools   speaking to it, over a pipe
    screens    what is taken of a page that `massctl render` wrote

Invariant: it resolves no name, so that no page can ask for anything outside; and it shows files of `massctl render`
only, never an address. Deliberately absent: a driver, a port, and downloading a browser.
"""
