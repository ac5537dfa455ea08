"""Bounds: no plan under the rules can cost less."""
