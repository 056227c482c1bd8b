"""The public names of `hornbeam.utils`."""

from hornbeam._facade import attach

attach(__name__)
