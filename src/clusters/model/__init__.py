"""The CP-SAT model: variables, hard rules and priorities, one function each."""
