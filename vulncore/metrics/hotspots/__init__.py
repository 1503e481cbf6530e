"""Where things happen: cells, density, what stands out of its surroundings, and whether a map would have been right."""
