"""The public names of `hornbeam.ops.nn`."""

from hornbeam._facade import attach

attach(__name__)
