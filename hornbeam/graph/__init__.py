"""Recorded calls: the graph, the tracer that makes it, and its readers (interpret, compile, show)."""
