"""Other tools, run on the same recordings, each in an environment and a process of its own."""
