"""Faults that a test asks the sandbox for, and what each does to a reply."""
