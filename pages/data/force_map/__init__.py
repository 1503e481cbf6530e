"""What a force's map is drawn with: its own boundary and wards (`boundary`), its own streets (`ground`)."""
