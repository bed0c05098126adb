"""The contract of the Syncano v1.1 user API, and the tools around it."""
