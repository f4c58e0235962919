"""Benchmarks: accuracy on labelled recordings and the cost of an analysis, each one command."""
