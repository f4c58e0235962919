"""How the recordings of samples/ are made: calls, what is done to them, the plan, and the files."""
