"""Tables and cards of the sections, from frames and facts."""
