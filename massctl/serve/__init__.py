"""`massctl serve`: the campaigns as they are now, in a browser on this machine.

Reads the working tree, the ledger and the files beside it; writes only the picture cache. A rendered campaign is cached
until one of its files changes. Deliberately absent: sending, and every network but loopback.
"""
