"""A document as values: blocks, and the tables in them."""
