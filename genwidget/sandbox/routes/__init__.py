"""The sandbox's endpoints, by what they are about."""
