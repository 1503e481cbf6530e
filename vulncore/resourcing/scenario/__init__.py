"""What is assumed of a unit: its roles, kinds of case and numbers; as a file, as a link, saved by name.

Read in this order:

- `scenario.py`: what a scenario is, and what one of its numbers is (`Assumption`);
- `addresses.py`: where each number stands, and the key that it is known by;
- `fields.py`: each number's name, unit, limits and meaning;
- `checks.py`: what a scenario has to hold before anything is worked out from it;
- `toml.py`: a scenario as a text file that people read and change, written and read back;
- `link.py`: a scenario as the letters of a link, and the scenario that ships;
- `saved.py`: scenarios saved by name in the store;
- `locked.py`: saved scenarios locked as what went to the board.
"""
