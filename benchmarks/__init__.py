"""Hornbeam beside Keras and beside the loop an expert writes by hand: `python -m benchmarks`."""
