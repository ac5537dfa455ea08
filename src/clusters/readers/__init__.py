"""Files and frames into schools and plans; every fault at once."""
