"""Many generations as one: planned, checked and priced before, each paid for once, through any crash."""
