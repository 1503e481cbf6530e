"""What several findings say and choose alike."""
