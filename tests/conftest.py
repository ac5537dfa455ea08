"""What all tests share."""

from hypothesis import settings

# How long one example takes says nothing on a machine that does other work as well.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
