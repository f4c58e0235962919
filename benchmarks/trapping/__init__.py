"""Trapping: intact recordings that look damaged, made with a seed, and how often they raise a false alarm."""
