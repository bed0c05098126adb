"""The reference deployment: a real server on a real database that keeps the contract."""
