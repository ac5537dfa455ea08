"""The words of a pack: numbers, rules and proofs in words, sums to follow, a glossary."""
