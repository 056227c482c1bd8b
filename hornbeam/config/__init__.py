"""The public names of `hornbeam.config`."""

from hornbeam._facade import attach

attach(__name__)
