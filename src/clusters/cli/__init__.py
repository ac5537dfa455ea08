"""The command line: a thin skin over the library's functions."""
