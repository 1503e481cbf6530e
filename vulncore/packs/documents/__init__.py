"""A pack as files that people open, print and go on writing in.

- `word`: a Word document.
- `slides`: a PowerPoint deck; `deck/` has what slides are made of.
- `book`: an Excel workbook with every table.
- `cells`: cells of a table as all of them have them.
- `templates`: a force's own template for Word or PowerPoint, opened safely.
- `settled`: what all of them have in common.
"""
