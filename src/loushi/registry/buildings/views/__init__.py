"""Pages of buildings: plan and rooms, owners and managers, amenities, the rules of counting."""
