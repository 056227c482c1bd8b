"""The conformance suite: samples of every operation, the properties that a backend must have on them, and `certify`."""

from hornbeam.testing.conformance import certify
from hornbeam.testing.sample import Sample

__all__ = ["Sample", "certify"]
