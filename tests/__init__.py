"""Tests, in the order of the library's rooms.

How long one example of a drawn test takes says nothing on a machine that does other work as well.
"""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
