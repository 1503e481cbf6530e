"""A force's list of strands and views across them: what it means for measures (`strand_list`), and the file that says it (`strand_file`)."""
