"""Demand into officers: cases, the hours they take by role, who is there to do them, and how sure anyone can be."""
