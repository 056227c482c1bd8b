"""The public names of `hornbeam.models`."""

from hornbeam._facade import attach

attach(__name__)
