"""The frames behind a pack, each with the call that returns it."""
