"""The dashboard's pages: one question each, and no arithmetic."""
