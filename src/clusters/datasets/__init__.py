"""The packaged synthetic authority and its generator."""
