"""The playground in Jupyter."""
