"""The assets, one module per layer: window in, one call, metadata out."""
