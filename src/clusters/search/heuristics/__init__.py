"""Heuristics: how plans are constructed and improved."""
