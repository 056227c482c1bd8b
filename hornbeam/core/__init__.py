"""The ground floor: dtypes, sizes, shapes, trees, variables and names. It knows no engine and imports no NumPy."""
