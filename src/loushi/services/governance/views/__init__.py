"""Pages of bodies, meetings, items and resolutions."""
