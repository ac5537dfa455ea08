"""Benchmarks: known instances, real schools and large synthetic ones, with peers run beside.

Run ``python -m benchmarks --help``; docs/benchmarks.md says what was measured when.
"""
