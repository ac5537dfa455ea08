"""From a first plan to a proof: start, improve, bound, close."""
