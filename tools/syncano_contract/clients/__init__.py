"""Clients in other languages: generated from the published document, and driven as their users would drive them."""
