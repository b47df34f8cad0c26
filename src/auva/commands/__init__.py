"""Subcommands of `auva`, one module each."""
