"""Points as they are written: on which grid and in which unit (`written`), and whether another reading would put them where they belong (`misread`)."""
