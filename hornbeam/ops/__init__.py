"""Every public operation, declared once."""

from hornbeam._facade import attach

attach(__name__)
