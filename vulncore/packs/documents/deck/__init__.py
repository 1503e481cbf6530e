"""What slides are made of; `vulncore.packs.documents.slides` puts them together.

- `lettering`: how wide and high a text is, so that nothing is cut off.
- `plain`: the look of slides where a force brings no template.
- `frame`: where on a slide of a template its title, picture, foot and marking have their place.
- `shapes`: text boxes, links and pictures as PowerPoint has them.
- `grids`: tables as PowerPoint has them, and how many rows a slide has room for.
"""
