"""The sandbox's pictures and films."""
