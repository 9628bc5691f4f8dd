"""One HTTP exchange at a time, for every room that talks to somebody: the only room that knows httpx.

    answer  what came over the wire, or why there is nothing usable
    line    a pool of connections, and one exchange over it

What httpx raises becomes a NoAnswer here and goes no further. Deliberately absent: repeating, and every opinion about
what an answer means.
"""
