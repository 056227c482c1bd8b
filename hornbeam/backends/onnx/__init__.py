"""Graphs as ONNX models: `engine` writes, the other files hold the table of what each operation becomes."""
