"""How a file was made: the recipe of a run, inside its files or beside them."""
