"""The HTTP API, typed: one client, its transport, retries, keys and regions. Knows no run and no ledger."""
