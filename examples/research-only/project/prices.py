"""What things cost."""

from cache import Cache

cache = Cache(seconds=600)


def price(thing, ask_service):
    """The price of a thing; `ask_service` is slow."""
    known = cache.get(thing)
    if known is None:
        known = ask_service(thing)
        cache.put(thing, known)
    return known
