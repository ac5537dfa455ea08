"""Columns: lists of clusters, and set partitioning over them, that decide a target."""
