"""Training: the pure step, the loop around it, and the data that feeds it."""
