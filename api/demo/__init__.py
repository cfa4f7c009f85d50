"""The story told on media made on the spot: voices, pictures, files; needs the `demo` extra."""
