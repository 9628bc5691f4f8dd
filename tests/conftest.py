"""For every test: hypothesis without deadlines, since a busy machine is no fault of the code."""

from hypothesis import settings

settings.register_profile("massctl", deadline=None)
settings.load_profile("massctl")
