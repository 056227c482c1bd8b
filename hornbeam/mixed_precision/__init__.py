"""The public names of `hornbeam.mixed_precision`."""

from hornbeam._facade import attach

attach(__name__)
