"""One paid generation, from the click on Send to its end, and the ledger that remembers it."""
