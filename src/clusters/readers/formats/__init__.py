"""The formats of files and frames, each brought into a table of text."""
