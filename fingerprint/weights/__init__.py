"""Where encoders come from: installed packages' weight files become ONNX files with a stamp.

Knows file formats, tensors and hashes. Must not know media, people or thresholds, and never
imports the packages (or the frameworks) whose files it reads.
"""
