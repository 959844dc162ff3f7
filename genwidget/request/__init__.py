"""A form's values become a checked request. Nothing here does I/O."""
