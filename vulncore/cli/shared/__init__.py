"""What the commands share: their options, which records these choose, and how tables and sentences are printed."""
