"""Pages of the figures and of the timeline."""
