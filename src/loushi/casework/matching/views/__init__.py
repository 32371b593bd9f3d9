"""The views of this package."""
