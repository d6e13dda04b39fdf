"""Keeps values for a while."""

import time


class Cache:
    def __init__(self, seconds, clock=time.monotonic):
        self.seconds = seconds
        self.clock = clock
        self.kept = {}

    def put(self, key, value):
        self.kept[key] = (value, self.clock())

    def get(self, key):
        """The value, or None when it is not there."""
        if key not in self.kept:
            return None
        value, _since = self.kept[key]
        return value

    def clean(self):
        """Forgets what is too old. Called when the program starts."""
        now = self.clock()
        for key, (_value, since) in list(self.kept.items()):
            if now - since > self.seconds:
                del self.kept[key]
