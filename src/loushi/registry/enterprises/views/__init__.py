"""Pages of enterprises, by who uses them."""
