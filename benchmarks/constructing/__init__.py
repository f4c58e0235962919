"""Constructing: short calls of which everybody knows the verdict, built from clean speech and tones."""
