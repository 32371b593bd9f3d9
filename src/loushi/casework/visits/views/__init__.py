"""Pages of visits and sweeps."""
