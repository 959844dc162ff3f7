"""What the sandbox keeps and computes: accounts, credits, generations, limits."""
