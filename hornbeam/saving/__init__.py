"""The public names of `hornbeam.saving`."""

from hornbeam._facade import attach

attach(__name__)
