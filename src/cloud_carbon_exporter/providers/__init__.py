"""The clouds: one package each, all behind the seam of `spec`."""
