"""Who reads a pack, and what they may see of options and money."""
