"""The conformance suite: samples of every operation, and the properties that a backend must have on them."""
